"""Pictures -> people in them. The only place that knows ONNX Runtime; one file per model family."""

from inference.detection.adoption import add_model, write_manifest
from inference.detection.gate_settings import GateSettings
from inference.detection.live import LiveDetection
from inference.detection.manifest import Manifest, ModelError, find_models, read_manifest
from inference.detection.motion_gate import MotionGate
from inference.detection.pool import DetectorPool
from inference.detection.session import (
    MODEL_FOLDERS,
    Detector,
    DetectorSession,
    load_detector,
    model_folders,
)

__all__ = [
    "MODEL_FOLDERS",
    "Detector",
    "DetectorPool",
    "DetectorSession",
    "GateSettings",
    "LiveDetection",
    "Manifest",
    "ModelError",
    "MotionGate",
    "add_model",
    "find_models",
    "load_detector",
    "model_folders",
    "read_manifest",
    "write_manifest",
]
