using Alignment.MLNet.Video;

namespace Alignment.Runner.Commands.Assemble;

sealed class AssembleFlags : Flags<AssembleOptions>
{
    readonly Option<string[]> _source = new("--source")
    {
        Description = "A folder with the source videos ({video_id}.mp4, …) or scene lists; may be repeated.",
        HelpName = "DIR",
        DefaultValueFactory = _ => [],
    };

    public AssembleFlags(RunnerCommand command) : base(command, new())
    {
        command.Add(_source);
        command.Bind("--source", OptionName.Parameter("sourceFolders"));
        Bind("--scene-seconds", o => o.SceneSeconds, "How long a scene is held where nothing else says it.");
        BindText("--fps", o => o.Fps, $"Frame rate, such as 25 or 30000/1001; by default the source's, else {Defaults.DefaultFps}.", "RATE",
            text => text);
        Rare(Bind("--crf", o => o.Crf, "x264's constant rate factor, 0 (lossless) to 51."));
        BindText("--smooth", o => o.Smoothing, "Smoothing in time: off, on, or fade=FRAMES,deflicker=FRAMES.", "HOW", text => text, s => s);
    }

    public IReadOnlyList<string> Sources(ParseResult parse) => parse.GetValue(_source)!;
}
