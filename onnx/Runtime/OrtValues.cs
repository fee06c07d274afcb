using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

// Tensors in the processor's memory.
static class OrtValues
{
    public static OrtValue Copy(OrtValue value)
    {
        OrtTensorTypeAndShapeInfo about = value.GetTensorTypeAndShape();
        OrtValue copy = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, about.ElementDataType, about.Shape);
        value.GetTensorMutableRawData().CopyTo(copy.GetTensorMutableRawData());
        return copy;
    }
}
