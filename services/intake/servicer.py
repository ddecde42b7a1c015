"""The intake on the wire (tiếp nhận): calls by its descriptor, rules by ``facts_taken``."""

from __future__ import annotations

from cchc.api.intake.service.v1 import intake_service_pb2
from cchc.rpc.edge import Edge
from cchc.rpc.recording_servicer import RecordingServicer
from services.intake.facts_taken import CONTEXT

SERVICE = "IntakeService"


def servicer(edge: Edge) -> RecordingServicer:
    """The service, at an edge."""
    return edge.recording(intake_service_pb2.DESCRIPTOR.services_by_name[SERVICE], CONTEXT)
