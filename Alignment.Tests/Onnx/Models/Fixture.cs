using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Models;

/// <summary>One of the small reference models and what the reference computed with it.</summary>
sealed class Fixture(string model) : IDisposable
{
    readonly List<IDisposable> _open = [];

    public static readonly string[] Models = ["tiny-sd", "tiny-sd-4level"];

    /// <summary>The fixtures' advice for a correct float32 graph.</summary>
    public const double Tolerance = 5e-5;

    public string Config(string part) => Shared.Path("fixtures", model, part, "config.json");

    public SafetensorsFile Weights(string part) =>
        Open(Shared.Path("fixtures", model, part, part == "text_encoder" ? "model.safetensors" : "diffusion_pytorch_model.safetensors"));

    public SafetensorsFile Io(string file) => Open(Shared.Path("fixtures", "io", model, $"{file}.safetensors"));

    public OnnxModel Text() => ClipTextModel.Author(ClipTextConfig.Read(Config("text_encoder")), Weights("text_encoder"));
    public OnnxModel UNet() => UNet2DCondition.Author(UNetConfig.Read(Config("unet")), Weights("unet"));
    public OnnxModel Control() => ControlNet.Author(ControlNetConfig.Read(Config("controlnet")), Weights("controlnet"));
    public OnnxModel Encoder() => AutoencoderKL.AuthorEncoder(VaeConfig.Read(Config("vae")), Weights("vae"));
    public OnnxModel Decoder() => AutoencoderKL.AuthorDecoder(VaeConfig.Read(Config("vae")), Weights("vae"));

    SafetensorsFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        _open.Add(file);
        return file;
    }

    public void Dispose()
    {
        foreach (var file in _open) file.Dispose();
    }
}
