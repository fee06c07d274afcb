using Alignment.MLNet.Charts;

namespace Alignment.MLNet.Engagement.Planning;

// The curve of power against size, with the design marked on it.
static class PowerPlot
{
    public const string Name = "power";

    /// <summary>Writes <c>power.svg</c> and <c>power.png</c> into <paramref name="folder"/>; returns both.</summary>
    public static IReadOnlyList<string> Write(string folder, PowerAnswer answer)
    {
        return [.. FigureFile.Save(folder, Name, new()
        {
            Title = FormattableString.Invariant($"Power to find a difference of {answer.Effect:0.####}"),
            Across = answer.Question.Design switch { PowerDesign.Paired => "Pairs", PowerDesign.Proportions => "Trials in each variant",
                _ => "Rows in each variant" },
            Up = "Power",
            Frame = (0, 1),
            Level = (answer.Question.Power, "the power that was asked for"),
            Series =
            [
                new("this design", 5, [new(answer.Size, answer.Power)]),
                new("power", 4, [.. answer.Curve.Select(p => new FigurePoint(p.Size, p.Power))], Joined: true, Marked: false),
            ],
        })];
    }
}
