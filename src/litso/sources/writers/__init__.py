"""Writers: ways back into databases that are connected as sources."""
