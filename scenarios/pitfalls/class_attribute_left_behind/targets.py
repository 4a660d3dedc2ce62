"""A parent sets the level of a logger object and passes the object to a child."""


class Logger:
    level = "warning"


def set_on_class():
    Logger.level = "debug"
    return Logger()


def set_on_instance():
    logger = Logger()
    logger.level = "debug"
    return logger


def level_of(logger):
    return logger.level
