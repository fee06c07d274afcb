using System.Reflection;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

public sealed class EditOptionsTests
{
    static readonly EditOptions s_plain = new();

    /// <summary>Each option with a value that is not its default.</summary>
    static readonly EditOptions[] s_changed =
    [
        s_plain with { InferenceSteps = 3 }, s_plain with { GuidanceScale = 2 }, s_plain with { Strength = 0.5 },
            s_plain with { ConditioningScale = 0.5f },
        s_plain with { ControlGuidanceStart = 0.1 }, s_plain with { ControlGuidanceEnd = 0.9 }, s_plain with { ControlInterval = 2 },
            s_plain with { GuidanceEnd = 0.5 },
        s_plain with { Seed = 1 }, s_plain with { Scheduler = SchedulerKind.Ddim }, s_plain with { Eta = 0.5f },
            s_plain with { NegativePrompt = "" },
        s_plain with { PromptTemplate = "{keyword}" }, s_plain with { Width = 64 }, s_plain with { Height = 64 },
            s_plain with { FromNoise = true },
        s_plain with { BlendLatents = false }, s_plain with { Batch = 4 }, s_plain with { Region = new() { Feather = 1 } },
        s_plain with { Device = Device.Parse("cuda") }, s_plain with { Prepacking = WeightPrepacking.Off },
    ];

    static PropertyInfo[] Options => [.. typeof(EditOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.SetMethod is not null)];

    [Test]
    public void RecordFields_AnyOptionButTheBatch_ChangesThem()
    {
        var recorded = new List<string>();
        foreach (EditOptions changed in s_changed)
        {
            string option = Options.Single(p => !Equals(p.GetValue(changed), p.GetValue(s_plain))).Name;
            if (!changed.RecordFields().SequenceEqual(s_plain.RecordFields())) recorded.Add(option);
        }
        Assert.That(recorded, Is.EquivalentTo(Options.Select(p => p.Name).Except([nameof(EditOptions.Batch)])));
    }

    /// <summary>Records of edits are compared as text: another name or order would have every edit done again.</summary>
    [Test]
    public void RecordFields_Names_AreThoseOfEarlierRecords() =>
        Assert.That(string.Join(' ', s_plain.RecordFields().Select(f => f.Key)), Is.EqualTo(
        "size steps guidance strength control_scale control_start control_end control_every guidance_end seed scheduler eta "
        + "prompt_template negative_prompt "
        + "blend_latents from_noise region_dilation region_feather device precision packing"));
}
