using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Training;

static class TrainingTools
{
    /// <summary>Buffers for the parameters of a graph, in its order.</summary>
    public static ParameterBuffers BuffersFor(ModelGraph graph) =>
        new(graph.Parameters.Select(p => new WeightInfo(p.Name, WeightType.F32, p.Shape.Numbers)));

    public static TrainingSession Open(OnnxModel model, ParameterBuffers buffers) =>
        TrainingSession.Over(OrtSessions.Open(model.ToBytes(), model.Graph.Name), buffers, model.Graph.Name);

    public static Span<float> Span(this FloatBuffer buffer, ParameterSlot slot) => buffer.Span(slot.Start, checked((int)slot.Count));
}
