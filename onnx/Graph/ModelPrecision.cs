namespace Alignment.Onnx.Graph;

/// <summary>How weights are stored and computed with; inputs and outputs are float32 either way.</summary>
public enum ModelPrecision
{
    Float32,

    /// <summary>Half the size, for graphics cards; norms and softmax stay in float32.</summary>
    Float16,
}

static class ModelPrecisions
{
    extension(ModelPrecision precision)
    {
        internal ElementType FloatType => precision == ModelPrecision.Float16 ? ElementType.Float16 : ElementType.Float32;

        public string Text => precision == ModelPrecision.Float16 ? "float16" : "float32";
    }

    /// <summary>Parses fp32, float32, fp16, float16 and other spellings.</summary>
    public static ModelPrecision Parse(string text) => (text ?? "").Trim().ToLowerInvariant() switch
    {
        "fp32" or "float32" or "f32" or "single" or "full" => ModelPrecision.Float32,
        "fp16" or "float16" or "f16" or "half" => ModelPrecision.Float16,
        _ => throw UsageException.For("The precision", $"'{SafePath.Shorten(text)}'", "fp32 or fp16 (or float32, float16, single, half)",
            "fp32 is right for the processor, fp16 for graphics cards and half the disk."),
    };
}
