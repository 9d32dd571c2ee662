package dev.heddle.engine;

/** What a {@link Controller} is made of, for who looks into it on the model's thread. */
record Parts(
    ModelThread thread,
    Graph graph,
    Functions functions,
    Board board,
    Audit audit,
    Swaps swaps,
    Publication published,
    Conditions conditions,
    Origins origins) {}
