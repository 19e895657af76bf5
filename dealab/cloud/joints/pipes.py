"""EventBridge Pipes: moto keeps a pipe's settings and moves nothing, so making one is refused."""


def join(lab_of) -> None:
    from moto.pipes.responses import EventBridgePipesResponse

    from dealab.sql.errors import LabLimit

    def create_pipe(self):
        raise LabLimit(
            "EventBridge Pipes",
            "A pipe reads a queue or stream, filters, enriches, and sends each batch to one "
            "target.",
            "A pipe is point to point with enrichment; a rule on a bus fans out. Here, an event "
            "source mapping with a filter and a function does the same.",
        )

    EventBridgePipesResponse.create_pipe = create_pipe
