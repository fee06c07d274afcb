using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Storage;
using Alignment.Runner.Cli;
using Alignment.Transforms.Attention;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment power</c>: how many rows for an effect, or how small an effect for so many rows.</summary>
sealed class PowerCommand : RunnerCommand
{
    static readonly PowerQuestion s_defaults = new();

    static int Others => Variant.All.Count - 1;

    readonly Option<double?> _effect = new("--effect") { Description = "The difference to be found, in the metric's units; without --sd in standard deviations; with --rate a difference of rates. Left out: the smallest that --n finds.", HelpName = "NUMBER" };
    readonly Option<double?> _size = new("--n") { Description = "Rows of each variant (pairs with --paired, trials with --rate). Left out: as many as --effect needs.", HelpName = "N" };
    readonly Option<double> _sd = new("--sd") { Description = "Standard deviation of the rows, from earlier data.", HelpName = "NUMBER", DefaultValueFactory = _ => s_defaults.Sd };
    readonly Option<double?> _rate = new("--rate") { Description = "The baseline's rate, 0 … 1: proportions of independent trials (clicks of impressions) are compared.", HelpName = "RATE" };
    readonly Option<bool> _paired = new("--paired") { Description = "Every video is shown in both variants; --sd is then that of the differences, unless --correlation is given." };
    readonly Option<double?> _correlation = new("--correlation") { Description = "Of a unit's two values, for --paired.", HelpName = "R" };
    readonly Option<double> _power = new("--power") { Description = "The chance to find it.", HelpName = "P", DefaultValueFactory = _ => s_defaults.Power };
    readonly Option<double> _alpha = new("--alpha") { Description = "The level, two-sided.", HelpName = "P", DefaultValueFactory = _ => s_defaults.Alpha };
    readonly Option<int> _comparisons = new("--comparisons")
    {
        Description = $"Comparisons corrected together ({NumberWords.Of(Others)} variants against a baseline: {Others}).",
        HelpName = "N",
        DefaultValueFactory = _ => s_defaults.Comparisons,
    };
    readonly Option<double> _ratio = new("--ratio") { Description = "Rows of the baseline for each row of a variant.", HelpName = "NUMBER", DefaultValueFactory = _ => s_defaults.Ratio };
    readonly Option<double> _covariate = new("--covariate-correlation") { Description = "Of a covariate measured before with the metric: CUPED needs fewer rows.", HelpName = "R", DefaultValueFactory = _ => s_defaults.CovariateCorrelation };
    readonly Option<double> _icc = new("--icc") { Description = "Intraclass correlation of rows of one video; 'alignment analyze' reports it.", HelpName = "NUMBER", DefaultValueFactory = _ => s_defaults.Icc };
    readonly Option<double> _rows = new("--rows-per-video") { Description = "Rows of one video in one variant, for --icc.", HelpName = "N", DefaultValueFactory = _ => s_defaults.RowsPerVideo };
    readonly Option<string?> _out = new("--out") { Description = "Where a picture of the curve goes (power.svg, power.png).", HelpName = "DIR" };

    public PowerCommand(Terminal terminal) : base(terminal, "power",
        "Designs an experiment: how many rows each variant needs to find an effect, or the smallest effect that so many rows find. Exact for t-tests (noncentral t), normal for proportions.",
        $"alignment power --effect 0.005 --sd 0.012 --comparisons {Others}            # rows per variant, for {NumberWords.Of(Others)} variants against a baseline",
        "alignment power --n 120 --sd 0.012 --comparisons 6                   # the smallest difference that 120 rows find",
        "alignment power --rate 0.05 --effect 0.005                           # impressions per variant, from 5 % to 5.5 %",
        "alignment power --paired --effect 0.005 --sd 0.012 --correlation 0.7 # every video in both variants",
        "alignment power --effect 0.3 --icc 0.1 --rows-per-video 50 --out design")
    {
        foreach (Option option in new Option[] { _effect, _size, _sd, _rate, _paired, _correlation, _power, _alpha, _comparisons, _ratio, _covariate, _icc, _rows, _out }) Add(option);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        bool paired = parse.GetValue(_paired);
        double? rate = parse.GetValue(_rate);
        if (paired && rate is not null) throw UsageException.For("The design", "--paired and --rate", "one of the two", "Paired proportions are not planned here.");
        if (!paired && parse.GetValue(_correlation) is not null) throw UsageException.For("The design", "--correlation without --paired", "both or none", "The correlation is that of one unit's two values.");
        PowerAnswer answer = PowerStudy.Of(new()
        {
            Design = rate is not null ? PowerDesign.Proportions : paired ? PowerDesign.Paired : PowerDesign.Means,
            Effect = parse.GetValue(_effect),
            Size = parse.GetValue(_size),
            Sd = parse.GetValue(_sd),
            Rate = rate ?? 0,
            Correlation = parse.GetValue(_correlation),
            Power = parse.GetValue(_power),
            Alpha = parse.GetValue(_alpha),
            Comparisons = parse.GetValue(_comparisons),
            Ratio = parse.GetValue(_ratio),
            CovariateCorrelation = parse.GetValue(_covariate),
            Icc = parse.GetValue(_icc),
            RowsPerVideo = parse.GetValue(_rows),
        });
        IReadOnlyList<string> pictures = parse.GetValue(_out) is { } folder ? PowerPlot.Write(folder, answer) : [];
        if (WantsJson(parse)) terminal.WriteJson(answer);
        else Print(answer, pictures, terminal.Out);
        return ExitCodes.Ok;
    }

    static void Print(PowerAnswer answer, IReadOnlyList<string> pictures, IAnsiConsole to)
    {
        to.WriteLine(answer.Sentence);
        int k = answer.Question.Comparisons;
        var table = new Table().Border(TableBorder.Simple).AddColumns("power", answer.Question.Design == PowerDesign.Paired ? "pairs" : "each variant");
        if (k > 1) table.AddColumn("without correction");
        foreach (var (power, size, uncorrected) in PowerStudy.Table(answer).Where(r => r.Power > answer.AlphaEach))
            table.AddRow([.. new[] { power.ToString("0.00", CultureInfo.InvariantCulture), N(size) }.Concat(k > 1 ? new[] { N(uncorrected) } : []).Select(c => new Text(c))]);
        to.Write(table);
        foreach (string picture in pictures) to.WriteLine($"To look at: {picture}");
    }
}
