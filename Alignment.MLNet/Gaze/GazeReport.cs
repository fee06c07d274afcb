namespace Alignment.MLNet.Gaze;

/// <summary>Why a gaze row is not used; the first that holds, in this order.</summary>
enum GazeDrop
{
    /// <summary>The line is no row: a quote that is not closed on it, text behind a closing quote, or more than 4 MiB.</summary>
    MalformedRow,

    /// <summary>Time, x, y, or the duration where there is such a column: empty, no number in invariant notation, NaN or
    /// infinite.</summary>
    NotANumber,

    /// <summary>The data set has no such video (compared exactly).</summary>
    UnknownVideo,

    /// <summary>It is not known when the video's scenes begin.</summary>
    NoSceneList,

    /// <summary>Before 0, or at or after the end of the video.</summary>
    OutsideScenes,

    /// <summary>The scene list has that scene, but the data set has no still of it.</summary>
    NoStill,

    /// <summary>Not 0 ≤ x &lt; width and 0 ≤ y &lt; height.</summary>
    OffScreen,

    /// <summary>A duration of 0 or less.</summary>
    NonPositiveDuration,
}

/// <summary>Rows dropped for one reason.</summary>
/// <param name="Count">How many.</param>
/// <param name="Lines">The lines of the first of them; the header is line 1.</param>
public sealed record GazeDropped(long Count, IReadOnlyList<long> Lines);

/// <summary>What became of the rows of a gaze file.</summary>
/// <param name="File">Its name.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Rows">Data rows.</param>
/// <param name="RowsUsed">Those that weigh in a heatmap.</param>
/// <param name="Participants">Different participants among the used rows, counted up to a million.</param>
/// <param name="Dropped">The others by reason (<see cref="GazeDrop"/> in snake_case); reasons that any file's rows can have are listed with
/// 0 too.</param>
public sealed record GazeReport(string File, string Sha256, long Rows, long RowsUsed, int Participants,
    IReadOnlyDictionary<string, GazeDropped> Dropped);
