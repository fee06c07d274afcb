using System.CommandLine;
using Alignment.MLNet.Variants;

namespace Alignment.Runner.Cli;

/// <summary>The options of making variants, for the commands that do it. Their defaults are those of <see cref="VariantOptions"/>.</summary>
sealed class VariantFlags
{
    static readonly VariantOptions s_defaults = new();

    readonly Option<string[]> _videos = Flags.Videos();
    readonly Option<int?> _maxVideos = new("--max-videos") { Description = "At most so many videos, the first in order.", HelpName = "N" };
    readonly Option<double> _boost = new("--boost-alpha") { Description = "What a boost multiplies the product's attention with.", DefaultValueFactory = _ => s_defaults.BoostAlpha };
    readonly Option<double> _reduction = new("--reduction-alpha") { Description = "What the reduction multiplies it with.", DefaultValueFactory = _ => s_defaults.ReductionAlpha };
    readonly Option<bool> _preserveMass = new("--preserve-mass") { Description = "Keep the total attention also where clipping at 1 bites." };
    readonly Option<string> _size = new("--size") { Description = "Size of the maps, and so of the edit: a square's side or WIDTHxHEIGHT.", HelpName = "SIZE", DefaultValueFactory = _ => SizeText.Of(s_defaults.Width, s_defaults.Height) };
    readonly Option<ulong>? _seed;

    /// <param name="command">The command that gets the options.</param>
    /// <param name="ownSeed">False where the command has a seed of its own, which then serves both.</param>
    public VariantFlags(Command command, bool ownSeed = true)
    {
        foreach (Option option in new Option[] { _videos, _maxVideos, _boost, _reduction, _preserveMass, _size }) command.Add(option);
        if (ownSeed) command.Add(_seed = new("--seed") { Description = "Decides, with each scene's id, where the placebo acts.", DefaultValueFactory = _ => s_defaults.Seed });
    }

    public VariantOptions Read(ParseResult parse)
    {
        var (width, height) = SizeText.Parse(parse.GetValue(_size)!);
        return new()
        {
            Videos = parse.GetValue(_videos)!,
            MaxVideos = parse.GetValue(_maxVideos),
            BoostAlpha = parse.GetValue(_boost),
            ReductionAlpha = parse.GetValue(_reduction),
            PreserveMass = parse.GetValue(_preserveMass),
            Width = width,
            Height = height,
            Seed = _seed is null ? s_defaults.Seed : parse.GetValue(_seed),
        };
    }
}
