"""The verbs users say; transaction boundaries."""
