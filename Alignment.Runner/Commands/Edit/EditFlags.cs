using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Runner.Commands.Edit;

sealed class EditFlags : Flags<EditOptions>
{
    public EditFlags(RunnerCommand command) : base(command, new())
    {
        Bind("--steps", o => o.InferenceSteps,
            "Denoising steps of the whole schedule. By default what the sampler needs: 15 for dpmpp_2m_karras, 4 for lcm, 50 for the "
            + "others.");
        Bind("--guidance", o => o.GuidanceScale,
            "Classifier-free guidance; 1 turns it off. By default what the model recommends, else 7.5.");
        Bind("--strength", o => o.Strength,
            "How much of the scene is denoised anew, 0 to 1. By default what the model recommends, else 0.6.");
        Rare(Bind("--control-scale", o => o.ConditioningScale, "Factor on the ControlNet's residuals."));
        Bind("--control-start", o => o.ControlGuidanceStart, "The part of the run before the control begins, 0 to 1.");
        Bind("--control-end", o => o.ControlGuidanceEnd,
            "The part of the run after which the control is over, 0 to 1; steps without control run no ControlNet.");
        Bind("--control-every", o => o.ControlInterval, "Evaluate the ControlNet once in so many steps only: faster, a little less exact.");
        Bind("--guidance-end", o => o.GuidanceEnd, "The part of the run after which guidance stops, 0 to 1: later steps cost half.");
        Bind("--seed", o => o.Seed, "Seed of the noise; the same noise serves every variant of a scene.");
        BindText("--scheduler", o => o.Scheduler, $"The sampler: {string.Join(", ", EditOptions.Schedulers)}.", "NAME",
            EditOptions.ParseScheduler, kind => EditOptions.Schedulers[(int)kind]);
        Bind("--eta", o => o.Eta, "DDIM's η: 0 adds no noise on the way.");
        Bind("--prompt", o => o.PromptTemplate, $"The prompt; {EditOptions.KeywordPlaceholder} stands for the product's name.", "TEXT");
        Bind("--negative-prompt", o => o.NegativePrompt,
            "What guidance leads away from, where there is guidance; \"\" for nothing in particular.", "TEXT").Aliases.Add("--negative");
        Rare(Bind("--from-noise", o => o.FromNoise, "Text to image: start from pure noise instead of the scene."));
        BindOff("--no-blend", o => o.BlendLatents,
            "Leave the latents outside the region to the model too, instead of keeping them the source's in every step.");
        BindText("--batch", o => o.Batch,
            "Controls of a scene denoised together: a number, or auto for as many as memory allows. Changes no picture.", "N|auto", Batch,
            b => Number(b));
        Bind("--mask-dilation", o => o.Region.Dilation, "Grow the editable region beyond the mask, in pixels at a shorter side of 512.");
        Bind("--mask-feather", o => o.Region.Feather, "Width of the soft border inside the region, in pixels at a shorter side of 512.");
        Bind("--prepack", o => o.Prepacking,
            "Rearrange the weights of large models for the processor when loading: steps are some 4 % faster, but loading takes a minute "
                + "and as much memory as they have bytes. off maps them as they lie in the file. auto packs where it is sooner done for "
                + "the edits of the whole run.",
            "auto|on|off");
        BindDevice(o => o.Device);
    }

    static int Batch(string text) => text.Equals("auto", StringComparison.OrdinalIgnoreCase) ? EditOptions.AutoBatch
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : throw UsageException.For("--batch", $"'{SafePath.Shorten(text)}'", "a number from 1 to 64, or auto", "1 needs the least memory.");
}
