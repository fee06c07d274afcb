using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.Runner.Commands.Plan;

sealed class PowerCommand : RunnerCommand
{
    readonly Option<string?> _out = Flag.Maybe("--out", "DIR", "Where a picture of the curve goes (power.svg, power.png).");
    readonly PowerFlags _flags;

    static int Others => Variant.All.Count - 1;

    public PowerCommand(Terminal terminal) : base(terminal, "power",
        "Designs an experiment: how many rows each variant needs to find an effect, or the smallest effect that so many rows find. Exact "
            + "for t-tests (noncentral t), normal for proportions.",
        $"alignment power --effect 0.005 --sd 0.012 --comparisons {Others}            # rows per variant, for {NumberWords.Of(Others)} "
        + $"variants against a baseline",
        "alignment power --n 120 --sd 0.012 --comparisons 6                   # the smallest difference that 120 rows find",
        "alignment power --rate 0.05 --effect 0.005                           # impressions per variant, from 5 % to 5.5 %",
        "alignment power --paired --effect 0.005 --sd 0.012 --correlation 0.7 # every video in both variants",
        "alignment power --effect 0.3 --icc 0.1 --rows-per-video 50 --out design")
    {
        _flags = new(this);
        Parameters((_out, "folder"));
    }

    sealed class PowerFlags : Flags<PowerQuestion>
    {
        readonly Option<double?> _rate = new("--rate")
        {
            Description = "The baseline's rate, 0 … 1: proportions of independent trials (clicks of impressions) are compared.",
            HelpName = "RATE",
        };

        readonly Option<bool> _paired =
            Flag.Switch("--paired",
            "Every video is shown in both variants; --sd is then that of the differences, unless --correlation is given.");

        public PowerFlags(RunnerCommand command) : base(command, new())
        {
            Bind("--effect", o => o.Effect,
                "The difference to be found, in the metric's units; without --sd in standard deviations; with --rate a difference of "
                    + "rates. Left out: the smallest that --n finds.", "NUMBER");
            Bind("--n", o => o.Size,
                "Rows of each variant (pairs with --paired, trials with --rate). Left out: as many as --effect needs.", "N");
            Bind("--sd", o => o.Sd, "Standard deviation of the rows, from earlier data.", "NUMBER");
            command.Add(_rate);
            command.Bind("--rate", OptionName.Of<PowerQuestion>(nameof(PowerQuestion.Rate)));
            command.Add(_paired);
            command.Bind("--paired", OptionName.Of<PowerQuestion>(nameof(PowerQuestion.Design)));
            Bind("--correlation", o => o.Correlation, "Of a unit's two values, for --paired.", "R");
            Bind("--power", o => o.Power, "The chance to find it.", "P");
            Bind("--alpha", o => o.Alpha, "The level, two-sided.", "P");
            Bind("--comparisons", o => o.Comparisons,
                $"Comparisons corrected together ({NumberWords.Of(Others)} variants against a baseline: {Others}).", "N");
            Bind("--ratio", o => o.Ratio, "Rows of the baseline for each row of a variant.", "NUMBER");
            Bind("--covariate-correlation", o => o.CovariateCorrelation,
                "Of a covariate measured before with the metric: CUPED needs fewer rows.", "R");
            Bind("--icc", o => o.Icc, "Intraclass correlation of rows of one video; 'alignment analyze' reports it.", "NUMBER");
            Bind("--rows-per-video", o => o.RowsPerVideo, "Rows of one video in one variant, for --icc.", "N");
        }

        public override PowerQuestion Read(ParseResult parse, PowerQuestion? from = null)
        {
            PowerQuestion question = base.Read(parse, from);
            bool paired = parse.GetValue(_paired);
            double? rate = parse.GetValue(_rate);
            if (paired && rate is not null) throw Bad("--paired and --rate", "one of the two", "Paired proportions are not planned here.");
            if (!paired && question.Correlation is not null)
                throw Bad("--correlation without --paired", "both or none", "The correlation is that of one unit's two values.");
            return question with
            {
                Design = rate is not null ? PowerDesign.Proportions : paired ? PowerDesign.Paired : PowerDesign.Means,
                Rate = rate ?? 0,
            };
        }

        static UsageException Bad(string found, string expected, string next) => UsageException.For("The design", found, expected, next);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        PowerAnswer answer = PowerStudy.Of(_flags.Read(parse));
        IReadOnlyList<string> pictures = parse.GetValue(_out) is { } folder ? PowerPlot.Write(folder, answer) : [];
        return Show(parse, terminal, answer, (a, to) => Print(a, pictures, to));
    }

    static void Print(PowerAnswer answer, IReadOnlyList<string> pictures, IAnsiConsole to)
    {
        to.WriteLine(answer.Sentence);
        bool corrected = answer.Question.Comparisons > 1;
        var table = Tables.Of("power", answer.Question.Design == PowerDesign.Paired ? "pairs" : "each variant");
        if (corrected) table.AddColumn("without correction");
        foreach (var (power, size, uncorrected) in PowerStudy.Table(answer).Where(r => r.Power > answer.AlphaEach))
            table.Row([Invariant($"{power:0.00}"), N(size),
                .. corrected ? [N(uncorrected)] : Array.Empty<string>()]);
        to.Write(table);
        foreach (string picture in pictures) to.WriteLine($"To look at: {picture}");
    }
}
