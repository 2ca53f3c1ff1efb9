"""English texts of signing in: second factor, sessions, users, programs."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

SIGNING_TEXTS: Final = MappingProxyType(
    {
        "Код не подходит. Каждый код действует один раз; часы телефона должны идти верно.": (
            "The code is wrong. Each code works once; the clock of the telephone must be right."
        ),
        "Прошло слишком много времени. Войдите ещё раз.": "That took too long. Sign in again.",
        "Войти через вход организации": "Sign in with your organization",
        "Код из приложения": "Code of the authenticator",
        "Пароль верный. Введите шесть цифр из приложения для кодов или один из запасных кодов.": (
            "The password is right. Enter the six digits of your authenticator, or one of the recovery codes."
        ),
        "Нет ни телефона, ни запасных кодов? Администратор может убрать второй фактор.": (
            "Neither telephone nor recovery codes? An administrator can remove the second factor."
        ),
        "Начать вход заново": "Start again",
        "Откройте на телефоне приложение для одноразовых кодов и снимите рисунок:": (
            "Open an authenticator on your telephone and scan the picture:"
        ),
        "Не снимается? Введите ключ сами": "No camera? Type the key",
        "Введите шесть цифр, которые оно показало": "Enter the six digits that it shows",
        "Включить второй фактор": "Turn the second factor on",
        "Второй фактор включён. Сохраните запасные коды: больше они не появятся.": (
            "The second factor is on. Keep the recovery codes: they are not shown again."
        ),
        "Каждый заменит код из приложения один раз, если телефона нет под рукой.": (
            "Each takes the place of a code once, when the telephone is not at hand."
        ),
        "Второй фактор": "Second factor",
        "Вашей роли для входа нужен и код с телефона: одного пароля мало. Это займёт минуту, один раз.": (
            "Your role needs a code of a telephone to sign in: a password is not enough. It takes a minute, once."
        ),
        "Запасные коды": "Recovery codes",
        "Коды сохранены, дальше": "The codes are kept, go on",
        # the provider
        "Вход организации не отвечает. Повторите позже или войдите по паролю.": (
            "The sign-in of your organization does not answer. Try again later, or use a password."
        ),
        "Ответ входа организации не прошёл проверку. Скажите администратору.": (
            "The answer of your organization's sign-in did not stand the checks. Tell your administrator."
        ),
        "Вход организации не пустил вас. Попробуйте ещё раз.": "Your organization did not let you in. Try again.",
        "Вход не завершён: прошло слишком много времени или страница открыта в другом браузере.": (
            "The sign-in was not finished: it took too long, or the page was opened in another browser."
        ),
        "Организация вас знает, но роли в Litso у вас нет. Попросите её у администратора.": (
            "Your organization knows you, but you have no role in Litso. Ask your administrator for one."
        ),
        "Ваш вход в Litso отключён администратором.": "Your access to Litso was turned off by an administrator.",
        "Роль последнего администратора сменить нельзя: сначала нужен ещё один.": (
            "The role of the last administrator cannot change: there must be another one first."
        ),
        "Выход": "Signing out",
        "Вы вышли из Litso. Завершаем выход в организации…": (
            "You are signed out of Litso. Signing you out of your organization…"
        ),
        # the own page
        "Мой вход": "My sign-in",
        "включён": "on",
        "не включён": "off",
        "обязателен": "demanded",
        "Кроме пароля при входе нужен код из приложения на телефоне.": (
            "Besides the password a code of the authenticator is needed to sign in."
        ),
        "Запасных кодов осталось: %s.": "Recovery codes left: %s.",
        "Новые запасные коды": "New recovery codes",
        "Убрать второй фактор": "Remove the second factor",
        "Пароль можно подсмотреть. С кодом с телефона чужому он не поможет.": (
            "A password can be watched. With a code of the telephone it is of no use to a stranger."
        ),
        "Ваш пароль": "Your password",
        "Подключить телефон": "Connect a telephone",
        "Недоступен: администратор сервера не задал": "Not available: the administrator of the server did not set",
        "Нынешний пароль": "Current password",
        "Новый пароль": "New password",
        "Изменить пароль": "Change the password",
        "Вы входите через вход организации: пароль и второй фактор проверяет она.": (
            "You sign in with your organization: it checks password and second factor."
        ),
        "Где вы вошли": "Where you are signed in",
        "Неизвестный браузер": "Unknown browser",
        "вход": "signed in",
        "последнее действие": "last seen",
        "этот сеанс": "this session",
        "Завершить сеанс": "End this session",
        "Пароль не подходит.": "The password is wrong.",
        "Вашей роли второй фактор обязателен.": "Your role signs in with a second factor.",
        "Пароль изменён. Остальные ваши сеансы завершены.": "The password is changed. Your other sessions are over.",
        "Второй фактор убран: вход снова по одному паролю.": (
            "The second factor is off: the password alone lets you in."
        ),
        "Сеанс завершён.": "The session is over.",
        # users
        "Это вы сами или последний администратор: сначала нужен ещё один.": (
            "That is you or the last administrator: there must be another one first."
        ),
        "Второй фактор никому не обязателен. Роли, которым он нужен, называет": (
            "Nobody has to have a second factor. Roles that need one are named by"
        ),
        "второй фактор": "second factor",
        "второй фактор включён": "second factor on",
        "ждёт после ошибок входа до %s": "waits after failures until %s",
        "Изменить": "Change",
        "Сменить роль": "Change the role",
        "Пустить без ожидания": "Let in without waiting",
        "Включить": "Activate",
        "Сейчас нигде не вошёл": "Not signed in anywhere now",
        "Адреса, с которых подбирают пароли": "Addresses that guess passwords",
        "ошибок: %s": "failures: %s",
        "ждёт до": "waits until",
        "сеанс": "session",
        "сеанса": "sessions",
        "сеансов": "sessions",
        # programs
        "Программы": "Programs",
        "Срок действия": "Life",
        "бессрочно": "without end",
        "Системы, которые обращаются к API: у каждой свой токен, роль и срок.": (
            "Systems that call the API: each has a token, a role and a life of its own."
        ),
        "Токен для %s. Сохраните его сейчас: больше он не появится.": (
            "The token of %s. Keep it now: it is not shown again."
        ),
        "Прежний токен действует ещё сутки: за это время замените его в программе.": (
            "The former token is valid for another day: change it in the program meanwhile."
        ),
        "Токены": "Tokens",
        "выдан": "issued",
        "последнее обращение": "last used",
        "ещё не использован": "not used yet",
        "Прежний токен действует до": "The former token is valid until",
        "отозван": "revoked",
        "истёк": "expired",
        "скоро истечёт": "expires soon",
        "Новый токен": "New token",
        "Токен получателя меняют на его странице": "The token of a consumer is changed on its page",
        "Отозвать": "Revoke",
        "Ни одной программы ещё нет": "There is no program yet",
        "Новая программа": "New program",
        "Выдать токен": "Issue a token",
        "У программы с таким именем уже есть токен.": "A program of this name has a token already.",
        "Не принято: проверьте имя, роль и срок.": "Refused: check name, role and life.",
        "сборщик событий": "collector",
        "ассистент": "assistant",
        "получатель": "consumer",
        # how a session was opened
        "неизвестно как": "unknown how",
        "по паролю": "by password",
        "по паролю и коду": "by password and code",
        "по запасному коду": "by recovery code",
        "через вход организации": "with the organization",
        "по приглашению": "by invitation",
    }
)
