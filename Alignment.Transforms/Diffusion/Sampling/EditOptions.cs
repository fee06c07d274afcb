using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>How scenes are edited. Equal options, model, scene and control give the same picture.</summary>
public sealed record EditOptions
{
    /// <summary>Stands for the keyword in <see cref="PromptTemplate"/>.</summary>
    public const string KeywordPlaceholder = "{keyword}";

    /// <summary>For <see cref="Batch"/>: as many controls as memory allows, found by measuring the first edit.</summary>
    public const int AutoBatch = 0;

    // Beyond is a typing error: attention's memory grows with the fourth power.
    const int MaxSide = 4096;

    // Stable Diffusion's own.
    const float DefaultGuidanceScale = 7.5f;

    /// <summary>
    /// Keeps √ᾱ ≈ 0.4 of the signal: layout and large shapes stay; texture and local contrast, which draw the eye, are drawn anew.
    /// </summary>
    const double DefaultStrength = 0.6;

    /// <summary>
    /// Of the whole schedule, of which the last strength · steps are done (diffusers' num_inference_steps). Null: <see
    /// cref="SchedulerNames.DefaultSteps"/>.
    /// </summary>
    public int? InferenceSteps { get; init; }

    /// <summary>
    /// Classifier-free guidance (Ho and Salimans 2022): ε = ε₋ + guidance · (ε₊ − ε₋). Up to 1 the negative half is not computed. Null:
    /// what the model recommends, else 7.5.
    /// </summary>
    public float? GuidanceScale { get; init; }

    /// <summary>
    /// How much of the scene is replaced by noise (SDEdit), 0 … 1. Null: what the model recommends, else 0.6. 0 runs no model.
    /// </summary>
    public double? Strength { get; init; }

    /// <summary>Factor on the ControlNet's residuals; 0 ignores the control.</summary>
    public float ConditioningScale { get; init; } = 1;

    /// <summary>Fraction of the run before the control begins, 0 … 1.</summary>
    public double ControlGuidanceStart { get; init; }

    /// <summary>Fraction of the run after which the control ends, 0 … 1; steps without it cost no ControlNet.</summary>
    public double ControlGuidanceEnd { get; init; } = 1;

    /// <summary>
    /// The ControlNet is evaluated once in this many steps. 1 is exact; more is faster and changes the picture a little (docs/editing.md).
    /// </summary>
    public int ControlInterval { get; init; } = 1;

    /// <summary>
    /// Fraction of the run after which guidance stops, 0 … 1: later steps cost half. 1 is exact; the last steps decide fine detail, which
    /// guidance changes least (Kynkäänniemi et al. 2024, "Applying guidance in a limited interval").
    /// </summary>
    public double GuidanceEnd { get; init; } = 1;

    /// <summary>Of the noise (docs/noise.md), which all variants of a scene share.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// DPM-Solver++ 2M with Karras' noise levels comes as near to the limit of many steps in 15 steps as Stable Diffusion's DDIM in 50
    /// (docs/samplers.md).
    /// </summary>
    public SchedulerKind Scheduler { get; init; } = SchedulerKind.DpmSolverKarras;

    /// <summary>The samplers' names, in the order of <see cref="SchedulerKind"/>.</summary>
    public static IReadOnlyList<string> Schedulers => SchedulerNames.All;

    /// <summary>The sampler of a name, whatever its case.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static SchedulerKind ParseScheduler(string name) => SchedulerNames.Parse(name);

    /// <summary>DDIM's η: 0 is deterministic; above it each step adds noise.</summary>
    public float Eta { get; init; }

    /// <summary>
    /// What guidance leads away from; empty for the unconditional prompt. The default names flaws of pictures and nothing that a scene can
    /// hold: "text" or "logo" would take the label off the product.
    /// </summary>
    public string NegativePrompt { get; init; } = "blurry, low quality, distorted, deformed, oversaturated, jpeg artifacts";

    /// <summary><c>{keyword}</c> is the product. The same for every variant, so that only the control differs.</summary>
    public string PromptTemplate { get; init; } = $"a photo of {KeywordPlaceholder}";
    public int Width { get; init; } = 512;
    public int Height { get; init; } = 512;

    /// <summary>
    /// Starts from pure noise and ignores the scene and <see cref="Strength"/>: text to image, as the original's <c>generate</c>.
    /// </summary>
    public bool FromNoise { get; init; }

    /// <summary>
    /// After each step the latents outside the region are the source's, noised to the next level: less of a seam, and the control moves
    /// attention as before (docs/editing.md). Not with <see cref="FromNoise"/>.
    /// </summary>
    public bool BlendLatents { get; init; } = true;

    /// <summary>Controls of a scene denoised together, or <see cref="AutoBatch"/>. Costs memory and changes no picture.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Where the finished edit may show in the source.</summary>
    public EditRegionOptions Region { get; init; } = new();
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Sums are rounded in another order, so that pictures may differ in a float's last bit.</summary>
    public WeightPrepacking Prepacking { get; init; } = WeightPrepacking.Auto;

    /// <summary>What the model computes in where not float32, set by <see cref="Resolve"/>: it decides rounding.</summary>
    internal string? Precision { get; init; }

    internal int EffectiveSteps => InferenceSteps ?? Scheduler.DefaultSteps();

    internal float EffectiveGuidanceScale => GuidanceScale ?? DefaultGuidanceScale;

    internal double EffectiveStrength => Strength ?? DefaultStrength;

    /// <summary>
    /// The fields of an edit's record, in order: every option but the batch, which changes no picture. Nulls, and what a run does not read,
    /// are not written, so that records from before a field stay valid.
    /// </summary>
    internal IEnumerable<KeyValuePair<string, object?>> RecordFields() =>
    [
        new("size", string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}")),
        new("steps", EffectiveSteps),
        new("guidance", EffectiveGuidanceScale),
        new("strength", EffectiveStrength),
        new("control_scale", ConditioningScale),
        new("control_start", ControlGuidanceStart),
        new("control_end", ControlGuidanceEnd),
        new("control_every", ControlInterval),
        new("guidance_end", GuidanceEnd),
        new("seed", Seed),
        new("scheduler", SchedulerNames.NameOf(Scheduler)),
        new("eta", Eta),
        new("prompt_template", PromptTemplate),
        new("negative_prompt", EffectiveGuidanceScale > 1 ? NegativePrompt : ""),
        new("blend_latents", BlendLatents && !FromNoise ? true : null),
        new("from_noise", FromNoise),
        new("region_dilation", Region.Dilation),
        new("region_feather", Region.Feather),
        new("device", Device.Kind.ToString()),
        new("precision", Precision),
        new("packing", Prepacking == WeightPrepacking.Auto ? null : Prepacking.ToString()),
    ];

    /// <summary>With every choice made that is left to the model.</summary>
    public EditOptions Resolve(ModelBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        RecommendedSettings? own = bundle.Manifest.Recommended;
        return this with
        {
            InferenceSteps = EffectiveSteps,
            GuidanceScale = GuidanceScale ?? own?.Guidance ?? DefaultGuidanceScale,
            Strength = Strength ?? own?.Strength ?? DefaultStrength,
            Precision = bundle.Manifest.Precision,
        };
    }

    public string PromptFor(string keyword) => PromptTemplate.Replace(KeywordPlaceholder, keyword, StringComparison.Ordinal);

    /// <summary>Throws <see cref="UsageException"/> naming the first value out of range.</summary>
    public void Check()
    {
        this.Require(Scheduler, Enum.IsDefined(Scheduler), string.Join(", ", SchedulerNames.All), "Choose one of these.");
        this.Require(InferenceSteps, EffectiveSteps >= 1, "1 or more", "20 to 50 are usual.");
        this.Require(GuidanceScale, float.IsFinite(EffectiveGuidanceScale) && EffectiveGuidanceScale >= 0, "0 or more",
            "7.5 is usual; 1 turns it off.");
        this.Require(Strength, EffectiveStrength is >= 0 and <= 1, "0 (leave the scene) to 1 (keep nothing of it)",
            "0.6 keeps the scene and lets its product change.");
        this.Require(ConditioningScale, float.IsFinite(ConditioningScale) && ConditioningScale >= 0, "0 or more",
            "1 is what the ControlNet was trained with.");
        this.Require(ControlGuidanceStart, ControlGuidanceStart is >= 0 and <= 1, "0 to 1", "0 begins with the first step.");
        this.Require(ControlGuidanceEnd, ControlGuidanceEnd <= 1 && ControlGuidanceEnd >= ControlGuidanceStart,
            $"{ControlGuidanceStart}, where the control begins, to 1",
            "1 ends with the last step.");
        this.Require(ControlInterval, ControlInterval is >= 1 and <= 16, "1 to 16", "1 is exact.");
        this.Require(GuidanceEnd, GuidanceEnd is >= 0 and <= 1, "0 to 1", "1 is the whole run.");
        this.Require(Eta, Eta is >= 0 and <= 1, "0 to 1", "Leave it at 0 unless you want fresh noise in every step.");
        this.Require(Eta, Eta == 0 || Scheduler is SchedulerKind.Ddim or SchedulerKind.Published,
            "0, or the sampler ddim, whose parameter it is",
            $"Choose {OptionName.Of<EditOptions>(nameof(Scheduler))} ddim instead of {SchedulerNames.NameOf(Scheduler)}, or leave it out.");
        this.RequireSize(Width, Height, least: 8, MaxSide);
        this.Require(Batch, Batch is AutoBatch or (>= 1 and <= 64), "1 to 64, or auto", "1 needs the least memory.");
        this.Require(PromptTemplate, !string.IsNullOrEmpty(PromptTemplate), "a text", $"Use {KeywordPlaceholder} for the product's name.");
        this.Require(NegativePrompt, NegativePrompt is not null, "a text", "An empty one is the unconditional prompt.");
        Region.Check();
    }
}
