"""Processing on the wire (giải quyết): calls by its descriptor, rules by ``facts_taken``."""

from __future__ import annotations

from cchc.api.processing.service.v1 import processing_service_pb2
from cchc.rpc.edge import Edge
from cchc.rpc.recording_servicer import RecordingServicer
from services.processing.facts_taken import CONTEXT

SERVICE = "ProcessingService"


def servicer(edge: Edge) -> RecordingServicer:
    """The service, at an edge."""
    return edge.recording(processing_service_pb2.DESCRIPTOR.services_by_name[SERVICE], CONTEXT)
