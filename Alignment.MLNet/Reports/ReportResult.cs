namespace Alignment.MLNet.Reports;

/// <summary>A report that was made, or found up to date.</summary>
public sealed record ReportResult : IJobResult
{
    bool IJobResult.HasFailures => Unreadable.Count > 0;

    /// <summary>Full path of the page.</summary>
    public required string Html { get; init; }

    /// <summary>Full path of the folder with the tables.</summary>
    public required string TablesFolder { get; init; }

    /// <summary>The tables' names in it.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    /// <summary>Size of the page.</summary>
    public required long Bytes { get; init; }

    /// <summary>Scenes on the contact sheet.</summary>
    public required int ScenesShown { get; init; }

    /// <summary>Scenes of the run.</summary>
    public required long Scenes { get; init; }

    /// <summary>Videos in the page.</summary>
    public required int VideosShown { get; init; }

    /// <summary>Parts that the run does not have, each with the command that makes it; the page says so too.</summary>
    public required IReadOnlyList<MissingPart> Missing { get; init; }

    /// <summary>Files of the run that cannot be read, and why; the report was made without them. Pictures are among them as far as the page
    /// was to show them.</summary>
    public required IReadOnlyList<string> Unreadable { get; init; }

    /// <summary>False where the page and tables were there already, made from the same run with the same options.</summary>
    public required bool Made { get; init; }
}

/// <summary>Something that a run could have and has not.</summary>
/// <param name="What">In a few words: "the analysis of engagement".</param>
/// <param name="Command">What makes it.</param>
public sealed record MissingPart(string What, string Command);
