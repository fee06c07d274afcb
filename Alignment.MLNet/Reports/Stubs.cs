using Alignment.MLNet.Html;
namespace Alignment.MLNet.Reports;
sealed partial class ReportPage
{
    bool IsSimulated => false;
    void Engagement(HtmlWriter html) => IsMissing(html, false, "the analysis", "x");
    void Dose(HtmlWriter html) { }
    void InShort(HtmlWriter html) { }
}
static partial class ReportNotes
{
    static IEnumerable<ReportNote> Study(RunRecords run) => [];
    static IEnumerable<ReportNote> Doses(RunRecords run) => [];
}
static partial class MethodsText
{
    static string? Dose(RunRecords run) => null;
}
static partial class ReportTables
{
    static string[] AnalysisTables => []; static string[] DoseTables => [];
    static IEnumerable<(string, string)> OfAnalysis(RunRecords run) => [];
    static IEnumerable<(string, string)> OfDose(RunRecords run) => [];
    static bool WriteAnalysis(string file, string path, RunRecords run) => false;
    static bool WriteDose(string file, string path, RunRecords run) => false;
    static IEnumerable<string> FindingSentences(RunRecords run) => [];
}
