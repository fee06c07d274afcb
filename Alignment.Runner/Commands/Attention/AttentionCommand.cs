using Alignment.MLNet.Gaze;

namespace Alignment.Runner.Commands.Attention;

sealed class AttentionCommand : RunnerCommand
{
    readonly Option<string> _data = Flag.Needed("--data", "DIR",
        "The data folder (video_scene_cuts), or the folder that has it as data/. Heatmaps go to attention_heatmap/ in it.");
    readonly AttentionFlags _flags;

    public AttentionCommand(Terminal terminal) : base(terminal, "attention",
        "Gives every scene a heatmap of where viewers look: measured, from a CSV of gaze samples or fixations, or predicted from the "
            + "still. Existing heatmaps are left alone. What produced each is recorded beside it and said in every later report: predicted "
            + "attention is never shown as measured.",
        "alignment attention --data data --gaze gaze.csv                          # video_id, participant, time_seconds, x, y[, "
        + "duration_seconds]",
        "alignment attention --data data --gaze gaze.csv --coordinates normalised --sigma 1deg --viewing-distance 65 --screen-width 53.1",
        "alignment attention --data data                                          # no tracker: predicted from the stills",
        "alignment attention --data data --predict fine_grained.smoothed+spectral_residual.smoothed --centre 0.3",
        "alignment attention --data data --gaze gaze.csv --predict spectral_residual.smoothed   # predicted where nobody looked")
    {
        Parameters((_data, "data"));
        _flags = new(this);
    }

    public override string Again(ParseResult parse) => _flags.Replaces(parse) ? ItStartsOver : ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        AttentionResult result = Watch(progress => AttentionJob.Run(parse.GetValue(_data)!, _flags.Read(parse), progress,
            cancellationToken));
        return Show(parse, terminal, result, AttentionTable.Print);
    }
}
