// Enhancements of the screens. Every page works without this file.
import { startSearch } from "./search.js";
import { startFragments } from "./fragments.js";
import { startDisclosures } from "./disclosures.js";
import { startHotkeys } from "./hotkeys.js";
import { startSending } from "./sending.js";
import { startWaiting } from "./waiting.js";
import { startSliding } from "./sliding.js";

startFragments();
startDisclosures();
startHotkeys();
startSending();
startWaiting();
startSliding();
document.querySelectorAll("[data-search]").forEach(startSearch);
