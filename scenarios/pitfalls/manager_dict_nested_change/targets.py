"""A process adds a task to a list that lies in a manager's dictionary."""


def append(tasks):
    tasks["today"].append("sweep")


def append_and_assign(tasks):
    today = tasks["today"]
    today.append("sweep")
    tasks["today"] = today
