using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

/// <summary>What is done with tensors of the processor's memory.</summary>
static class OrtValues
{
    /// <summary>Another tensor with the same elements.</summary>
    public static OrtValue Copy(OrtValue value)
    {
        OrtTensorTypeAndShapeInfo about = value.GetTensorTypeAndShape();
        OrtValue copy = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, about.ElementDataType, about.Shape);
        value.GetTensorMutableRawData().CopyTo(copy.GetTensorMutableRawData());
        return copy;
    }
}
