namespace Alignment.MLNet.Gaze;

// Why a gaze row is not used; the first that holds, in this order.
enum GazeDrop
{
    // The line is no row: a quote that is not closed on it, text behind a closing quote, or more than 4 MiB.
    MalformedRow,

    // Time, x, y, or the duration where there is such a column: empty, no number in invariant notation, NaN or infinite.
    NotANumber,

    // The data set has no such video (compared exactly).
    UnknownVideo,

    // It is not known when the video's scenes begin.
    NoSceneList,

    // Before 0, or at or after the end of the video.
    OutsideScenes,

    // The scene list has that scene, but the data set has no still of it.
    NoStill,

    // Not 0 ≤ x < width and 0 ≤ y < height.
    OffScreen,

    NonPositiveDuration,
}

// Rows dropped for one reason, and the lines of the first of them; the header is line 1.
sealed record GazeDropped(long Count, IReadOnlyList<long> Lines);

/// <summary>What became of the rows of a gaze file. Participants, of the used rows, are counted up to a million; dropped rows are counted
/// by reason (<see cref="GazeDrop"/> in snake_case), with 0 where any file may have it.</summary>
sealed record GazeReport(string File, string Sha256, long Rows, long RowsUsed, int Participants,
    IReadOnlyDictionary<string, GazeDropped> Dropped);
