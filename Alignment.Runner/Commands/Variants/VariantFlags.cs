using Alignment.MLNet.Variants;

namespace Alignment.Runner.Commands.Variants;

sealed class VariantFlags : Flags<VariantOptions>
{
    // Without an own seed the command has one, which serves both.
    public VariantFlags(RunnerCommand command, bool ownSeed = true) : base(command, new())
    {
        BindVideos(o => o.Videos);
        Bind("--max-videos", o => o.MaxVideos, "At most so many videos, the first in order.", "N");
        Bind("--boost-alpha", o => o.BoostAlpha, "What a boost multiplies the product's attention with.");
        Bind("--reduction-alpha", o => o.ReductionAlpha, "What the reduction multiplies it with.");
        Bind("--preserve-mass", o => o.PreserveMass, "Keep the total attention also where clipping at 1 bites.");
        BindSize("--size", o => o.Width, o => o.Height, "Size of the maps, and so of the edit: a square's side or WIDTHxHEIGHT.");
        if (ownSeed) Bind("--seed", o => o.Seed, "Decides, with each scene's id, where the placebo acts.");
    }
}
