"""Assessment on the wire (theo dõi, đánh giá): calls by its descriptor, rules by ``facts_taken``."""

from __future__ import annotations

from cchc.api.assessment.service.v1 import assessment_service_pb2
from cchc.rpc.edge import Edge
from cchc.rpc.recording_servicer import RecordingServicer
from services.assessment.facts_taken import CONTEXT

SERVICE = "AssessmentService"


def servicer(edge: Edge) -> RecordingServicer:
    """The service, at an edge."""
    return edge.recording(assessment_service_pb2.DESCRIPTOR.services_by_name[SERVICE], CONTEXT)
