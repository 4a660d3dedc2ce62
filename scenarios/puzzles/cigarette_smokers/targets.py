"""Tobacco, paper and matches: each smoker has plenty of one, and an agent puts the other two on the table."""


def agent(ingredients, table_is_free, servings):
    for smoker in servings:
        table_is_free.acquire()
        for ingredient in {0, 1, 2} - {smoker}:
            ingredients[ingredient].release()


def greedy_smoker(own, ingredients, table_is_free, two_have_one_each):
    names = ["tobacco", "paper", "matches"]
    first, second = (own + 1) % 3, (own + 2) % 3
    ingredients[first].acquire()
    print("takes", names[first], flush=True)
    two_have_one_each.wait()
    ingredients[second].acquire()
    print("takes", names[second], flush=True)
    table_is_free.release()


def pusher(ingredient, ingredients, on_the_table, smokers, servings):
    """Wait for one ingredient; who comes second to the table knows both, and wakes the smoker who has the third."""
    for _ in range(len(servings) - servings.count(ingredient)):
        ingredients[ingredient].acquire()
        with on_the_table.get_lock():
            others = [other for other in {0, 1, 2} - {ingredient} if on_the_table[other]]
            if others:
                on_the_table[others[0]] = 0
                smokers[3 - ingredient - others[0]].release()
            else:
                on_the_table[ingredient] = 1


def smoker(own, smokers, table_is_free, smoked, servings):
    for _ in range(servings.count(own)):
        smokers[own].acquire()
        smoked.put(own)
        table_is_free.release()


def agent_with_table(on_the_table, table_has_changed, servings):
    for smoker in servings:
        with table_has_changed:
            table_has_changed.wait_for(lambda: sum(on_the_table) == 0)
            for ingredient in {0, 1, 2} - {smoker}:
                on_the_table[ingredient] = 1
            table_has_changed.notify_all()


def smoker_who_takes_both_or_none(own, on_the_table, table_has_changed, smoked, servings):
    first, second = {0, 1, 2} - {own}
    for _ in range(servings.count(own)):
        with table_has_changed:
            table_has_changed.wait_for(lambda: on_the_table[first] and on_the_table[second])
            on_the_table[first] = on_the_table[second] = 0
            smoked.put(own)
            table_has_changed.notify_all()
