using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dose;

/// <summary>Where an interval comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IntervalMethod>))]
public enum IntervalMethod
{
    /// <summary>None: fewer than two scenes, or nothing to compare.</summary>
    None,

    /// <summary>Errors clustered by video, small-sample corrected (CR2), t with Satterthwaite's degrees of freedom.</summary>
    ByVideo,

    /// <summary>One video: its scenes are taken for independent (paired t); it says nothing of other videos.</summary>
    ScenesOfOneVideo,

    /// <summary>Every difference is the same.</summary>
    NoVariation,
}

/// <summary>A mean over scenes, or a ratio of two, with its interval.</summary>
/// <param name="Value">The mean of the scenes' differences; for a ratio Σ achieved / Σ target.</param>
/// <param name="StandardError">Null where there is no interval.</param>
/// <param name="Df">Degrees of freedom of t; null where there is no interval.</param>
/// <param name="Low">Lower limit at the report's confidence; null where there is none.</param>
/// <param name="High">Upper limit.</param>
/// <param name="P">Two-sided, of "it is 0"; null where there is no interval or nothing varies.</param>
/// <param name="Scenes">Scenes it is over.</param>
/// <param name="Videos">Videos they are from.</param>
/// <param name="Method">Where the interval comes from.</param>
public sealed record DoseEstimate(double Value, double? StandardError, double? Df, double? Low, double? High, double? P, long Scenes,
    int Videos, IntervalMethod Method)
{
    internal bool Above => Low > 0;

    internal bool Below => High < 0;
}
