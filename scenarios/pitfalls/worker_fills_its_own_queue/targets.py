"""A crawler: each page that it visits names more pages to visit."""

LINKS = {"home": ["news", "shop"], "news": [], "shop": []}


def crawl(pages):
    pages.put("home")
    visited = []
    for _ in LINKS:
        page = pages.get()
        visited.append(page)
        for link in LINKS[page]:
            pages.put(link)
    return visited
