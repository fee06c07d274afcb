using System.CommandLine;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Video;

namespace Alignment.Runner.Cli;

/// <summary>The options of assembling, for the commands that do it. Their defaults are those of <see cref="AssembleOptions"/>.</summary>
sealed class AssembleFlags
{
    static readonly AssembleOptions s_defaults = new();

    readonly Option<string[]> _source = new("--source") { Description = "A folder with the source videos ({video_id}.mp4, …) or scene lists; may be repeated.", HelpName = "DIR", DefaultValueFactory = _ => [] };
    readonly Option<double> _sceneSeconds = new("--scene-seconds") { Description = "How long a scene is held where nothing else says it.", DefaultValueFactory = _ => s_defaults.SceneSeconds };
    readonly Option<string?> _fps = new("--fps") { Description = $"Frame rate, such as 25 or 30000/1001; by default the source's, else {s_defaults.DefaultFps}.", HelpName = "RATE" };
    readonly Option<int> _crf = new("--crf") { Description = "x264's constant rate factor, 0 (lossless) to 51.", DefaultValueFactory = _ => s_defaults.Crf };
    readonly Option<string> _smooth = new("--smooth") { Description = "Smoothing in time: off, on, or fade=FRAMES,deflicker=FRAMES.", HelpName = "HOW", DefaultValueFactory = _ => s_defaults.Smoothing?.ToString() ?? "off" };

    public AssembleFlags(Command command)
    {
        foreach (Option option in new Option[] { _source, _sceneSeconds, _fps, _crf, _smooth }) command.Add(option);
    }

    public IReadOnlyList<string> Sources(ParseResult parse) => parse.GetValue(_source)!;

    public AssembleOptions Read(ParseResult parse) => new()
    {
        SceneSeconds = parse.GetValue(_sceneSeconds),
        Fps = parse.GetValue(_fps) is { } text
            ? FrameRate.TryParse(text, out var rate) ? rate : throw UsageException.For("--fps", $"'{SafePath.Shorten(text)}'", "a rate such as 25, 29.97 or 30000/1001", "Leave it out for the source's own.")
            : null,
        Crf = parse.GetValue(_crf),
        Smoothing = SmoothingOptions.Parse(parse.GetValue(_smooth)!),
    };
}
