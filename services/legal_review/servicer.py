"""Legal review on the wire (rà soát văn bản, thủ tục): calls by its descriptor, rules by ``facts_taken``."""

from __future__ import annotations

from cchc.api.legal_review.service.v1 import legal_review_service_pb2
from cchc.rpc.edge import Edge
from cchc.rpc.recording_servicer import RecordingServicer
from services.legal_review.facts_taken import CONTEXT

SERVICE = "LegalReviewService"


def servicer(edge: Edge) -> RecordingServicer:
    """The service, at an edge."""
    return edge.recording(legal_review_service_pb2.DESCRIPTOR.services_by_name[SERVICE], CONTEXT)
