"""The rule-driven dialogue: pure, without a clock, I/O or asyncio. An agent (callcenter/agent) runs what it decides.

    rules = Rules(shop, names)                        # once; names: CatalogueNames of the store, or None
    engine = rules.open("uk", caller_known=True, max_misunderstood=3, today=today)      # one a call
    steps = engine.hear(said)                         # ports.CallerSaid
    ... a CallTool is always the last step: run it, then
    steps = engine.tool_result(name, result, error, said=..., transfer=...)   # result: mapping, or error: why none
    engine.learn(name, result)                        # a tool that somebody else ran in this call
    engine.heard(text)                                # what was really heard of it
    engine.expectation()                              # for the recognizer
    engine.summary()                                  # for the operator

Every other step is an act of `ports.AgentAct` and may be passed on as it is. An announcement precedes TransferRequested
and HangupRequested. `hear` may come while a tool is under way (the caller interrupted): its result is then ignored.

Results that it reads, as `callcenter.agent.tools` gives them (what is missing is left out of the answer):

- search_tires: {"found": 12, "vehicle": "Toyota Camry 2024", "sizes": ["215/55 R17"],
  "tires": [{"id", "brand", "model", "size", "season", "type", "price", "in_stock", "stock_quantity"}]},
  or {"found": 0, "not_found": "..."} where the store does not know the car
- check_availability: {"tire": {as above}, "in_stock", "total_quantity", "locations": [{"warehouse", "quantity",
  "available_from"}], "next_delivery": "2026-11-05" or null}, or {"found": 3, "tires": [...]} where the words fit more
- orders, fittings, articles: as `store_client`'s models are dumped (order.py, fitting.py, site.py and actions/advice.py
  read them). What commits the shop (confirm_order, book_fitting, cancel_fitting) is asked for twice: first it comes
  back as {"done": false, "arguments": ...} with `said`, which reads it out; after the caller's yes it is asked for with
  those arguments. What a tool wants said is said, and nothing that contradicts it
"""
