using System.Globalization;
using System.Text.Json;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

/// <summary>Whole edits, step by step, against the reference's: text to image and image to image of both small models.</summary>
[TestFixture("tiny-sd")]
[TestFixture("tiny-sd-4level")]
public sealed class EditParityTests(string model)
{
    /// <summary>The fixtures' advice for whole edits.</summary>
    const double Tolerance = 2e-4;

    /// <summary>The fixtures' advice for one model.</summary>
    const double ModuleTolerance = 5e-5;

    sealed record Parameters(int Steps, float Guidance, double Strength, string Prompt, string Negative);

    Parameters Read()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("fixtures", "io", model, "edit.json")));
        JsonElement e = json.RootElement;
        return new(e.GetProperty("steps").GetInt32(), e.GetProperty("guidance_scale").GetSingle(), e.GetProperty("strength").GetDouble(),
            e.GetProperty("prompt").GetString()!, e.GetProperty("negative_prompt").GetString()!);
    }

    SafetensorsFile Io(string file) => new(Shared.Path("fixtures", "io", model, $"{file}.safetensors"));

    DiffusionEditor Editor(SafetensorsFile io, Parameters p, float controlScale, bool fromNoise) => new(TinyBundles.Of(model), new()
    {
        Scheduler = SchedulerKind.Ddim,
        InferenceSteps = p.Steps,
        GuidanceScale = p.Guidance,
        Strength = p.Strength,
        NegativePrompt = p.Negative,
        ConditioningScale = controlScale,
        FromNoise = fromNoise,
        Height = (int)io.Shapes["controlnet_cond"][2],
        Width = (int)io.Shapes["controlnet_cond"][3],
    });

    [TestCase("edit_txt2img", 1f)]
    [TestCase("edit_txt2img", 0.5f)]
    [TestCase("edit_img2img", 1f)]
    [TestCase("edit_img2img", 0.5f)]
    public void Denoise_ReferenceEdit_IsFollowedAtEveryStep(string file, float controlScale)
    {
        SafetensorsFile io = Io(file);
        Parameters p = Read();
        using DiffusionEditor editor = Editor(io, p, controlScale, fromNoise: file == "edit_txt2img");
        Assert.That(editor.Timesteps.Skip(editor.StartStep), Is.EqualTo(io.Longs("timesteps").Select(t => (float)t)));

        // 1. Prompts.
        var errors = new SortedDictionary<string, double>(StringComparer.Ordinal);
        float[] embeddings = [.. editor.EncodePrompt(p.Negative).Values.ToArray(), .. editor.EncodePrompt(p.Prompt).Values.ToArray()];
        Near("prompt_embeds", embeddings, io.Floats("prompt_embeds"), ModuleTolerance);

        // 2. Start: the reference's own noise.
        float[] latents = io.Floats("noise");
        if (file == "edit_img2img")
        {
            LatentDistribution scene = editor.EncodeImage(io.Floats("input_image"));
            scene.Sample(0.18215f, io.Floats("vae_noise"), latents);
            Near("init_latents", latents, io.Floats("init_latents"), ModuleTolerance);
            editor.AddNoise(editor.StartStep, io.Floats("noise"), latents);
        }
        Near("start_latents", latents, io.Floats("start_latents"), ModuleTolerance);

        // 3. Every step.
        bool whole = controlScale == 1;
        int seen = 0;
        editor.Denoise(latents, editor.StartStep, p.Prompt, [io.Floats("controlnet_cond")], new()
        {
            Observer = (in DenoiseStep step) =>
        {
            seen++;
            if (!whole) return;
            Near("guided_eps", step.Prediction, io.Row("guided_eps", step.Index), Tolerance);
            Near("latents_after_step", step.Latents, io.Row("latents_after_step", step.Index), Tolerance);
        }
        });
        Assert.That(seen, Is.EqualTo(editor.Timesteps.Count - editor.StartStep));

        // 4. The picture.
        string prefix = whole ? "" : "cn_scale0.5.";
        Near($"{prefix}final_latents", latents, io.Floats($"{prefix}final_latents"), Tolerance);
        float[] decoded = editor.Decode(latents);
        Near($"{prefix}decoded", decoded, io.Floats($"{prefix}decoded"), Tolerance);
        if (whole) Near("image", DiffusionEditor.FromModelRange(decoded), io.Floats("image"), Tolerance);
        TestContext.Out.WriteLine($"{model} {file}: "
            + $"{string.Join(", ", errors.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Key} {e.Value:e1}")))}");

        void Near(string what, ReadOnlySpan<float> actual, float[] expected, double tolerance)
        {
            double error = SafetensorsFile.Error(actual, expected);
            errors[what] = Math.Max(error, errors.GetValueOrDefault(what));
            Assert.That(error, Is.LessThanOrEqualTo(tolerance), what);
        }
    }
}
