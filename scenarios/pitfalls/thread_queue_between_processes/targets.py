"""Put an item; get an item."""


def put(items):
    items.put("item")


def get(items):
    return items.get_nowait()
