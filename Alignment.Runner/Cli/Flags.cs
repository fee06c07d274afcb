using System.CommandLine;

namespace Alignment.Runner.Cli;

/// <summary>Options that several commands share, worded once.</summary>
static class Flags
{
    public static Option<string> Data() => new("--data") { Description = "The data folder (video_scene_cuts, keyword_masks, attention_heatmap, keywords.csv), or the folder that has it as data/.", HelpName = "DIR", Required = true };

    public static Option<string> Out(string what) => new("--out") { Description = what, HelpName = "DIR", Required = true };

    public static Option<string?> Model() => new("--model") { Description = "The model bundle; the bundled tiny model by default.", HelpName = "BUNDLE" };

    public static Option<string[]> Videos() => new("--video") { Description = "Only this video; may be repeated.", HelpName = "ID", DefaultValueFactory = _ => [] };
}
