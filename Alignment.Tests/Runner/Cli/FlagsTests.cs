using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Training;
using Alignment.MLNet.Variants;
using Alignment.Runner;
using Alignment.Runner.Cli;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.Tests.Runner.Cli;

/// <summary>The library speaks of properties, the console of flags: every flag is bound to what it sets.</summary>
public sealed class FlagsTests
{
    static IEnumerable<RunnerCommand> Commands() => Below(RunnerProgram.Build(TestTerminal.Make().Terminal)).OfType<RunnerCommand>();

    static IEnumerable<Command> Below(Command at) => [at, .. at.Subcommands.SelectMany(Below)];

    static IEnumerable<TestCaseData> EveryFlag() => Commands().SelectMany(c => c.Options.Where(o => o is not HelpOption)
        .Select(o => new TestCaseData(c, o).SetArgDisplayNames(c.Name, o.Name)));

    [TestCaseSource(nameof(EveryFlag))]
    public void EveryFlag_IsBoundToWhatItSets(Command command, Option option) =>
        Assert.That(((RunnerCommand)command).Bound.Values, Does.Contain(option.Name),
        "Bind it: Flags<T>.Bind… or RunnerCommand.Parameters.");

    static IEnumerable<TestCaseData> EveryProperty() => Commands().SelectMany(c => c.Bound.Where(b => b.Key.Owner is not null)
        .Select(b => new TestCaseData(c, b.Key, b.Value).SetArgDisplayNames(c.Name, b.Key.ToString())));

    /// <summary>Numbers of which every one is right, or whose range is that of the property beside it, which is then named.</summary>
    static readonly string[] s_withoutRange =
    [
        "PowerQuestion.Rate",               // of proportions only: Power_RateOutOfRange_… below
        "AttentionOptions.HighPercentile",  // together with the low one
        "GazeOptions.FrameHeight", "VariantOptions.Height", "EditOptions.Height", "ExperimentOptions.Height",
            "ControlNetTrainingOptions.Height",
    ];

    [TestCaseSource(nameof(EveryProperty))]
    public void ValueOutOfRange_LibraryNamesTheProperty_ConsoleTheFlag(Command command, OptionName option, string flag)
    {
        PropertyInfo property = option.Owner!.GetProperty(option.Name)!;
        UsageException? refused = Wrong(property.PropertyType).Select(value => Refusal(option.Owner, property, value))
            .FirstOrDefault(e => e is not null && e.Message.Contains(option.Name, StringComparison.Ordinal));
        if (refused is null)
        {
            Assert.That(!IsNumber(property.PropertyType) || s_withoutRange.Contains(option.ToString()),
                $"{option} has no range that names it.");
            return;
        }
        Assert.That(refused.Message, Does.Match($@"^\w+\.{option.Name}\b"));
        Assert.That(refused.Message, Does.Not.Contain("--"));
        Assert.That(refused.Say(((RunnerCommand)command).NameOf), Does.StartWith(flag));
    }

    static bool IsNumber(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var t
        && (t == typeof(int) || t == typeof(float) || t == typeof(double));

    /// <summary>Values that a range refuses, if there is one.</summary>
    static IEnumerable<object> Wrong(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(int) => [-1, 0, int.MaxValue],
        var t when t == typeof(float) => [-1f, float.NaN, 1e9f],
        var t when t == typeof(double) => [-1.0, double.NaN, 1e9],
        var t when t == typeof(string) => [""],
        var t when t == typeof(GazeSigma) => [new GazeSigma(-1)],
        var t when t == typeof(IReadOnlyList<AttentionPredictorOptions>) => [Array.Empty<AttentionPredictorOptions>()],
        { IsEnum: true } t => [Enum.ToObject(t, 99)],
        _ => [],
    };

    static UsageException? Refusal(Type owner, PropertyInfo property, object value)
    {
        object options = owner == typeof(PowerQuestion)
            ? new PowerQuestion { Effect = property.Name == nameof(PowerQuestion.Size) ? null : 0.5 }
            : owner == typeof(ControlNetTrainingOptions) ? new ControlNetTrainingOptions { Model = "m", Output = "o" }
            : Activator.CreateInstance(owner)!;
        property.SetValue(options, value);
        try
        {
            Check(options);
            return null;
        }
        catch (TargetInvocationException e) when (e.InnerException is UsageException refused)
        {
            return refused;
        }
        catch (UsageException refused)
        {
            return refused;
        }
    }

    static void Check(object options)
    {
        const BindingFlags any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        if (options is PowerQuestion question) PowerStudy.Of(question);
        else if (options is DemoOptions demo && demo.Ads is < 1 or > 12) DemoJob.Run("never written", demo);
        else (options.GetType().GetMethod("Check", any) ?? options.GetType().GetMethod("Checked", any))?.Invoke(options, null);
    }

    [Test]
    public void Check_BoostBelowZero_NamesTheProperty() =>
        Assert.That(() => new VariantOptions { BoostAlpha = -1 }.Check(),
            Throws.TypeOf<UsageException>().With.Message.EqualTo(
            "VariantOptions.BoostAlpha: found -1, expected a finite number, 0 or more. 1 changes nothing."));

    [Test]
    public void Power_RateOutOfRange_NamesTheRate() =>
        Assert.That(() => PowerStudy.Of(new() { Design = PowerDesign.Proportions, Rate = 2, Effect = 0.1 }),
            Throws.TypeOf<UsageException>().With.Message.StartsWith("PowerQuestion.Rate: found 2"));

    [TestCase("--boost-alpha", "variants", "--data", "d", "--out", "o", "--boost-alpha", "-1")]
    [TestCase("--size", "variants", "--data", "d", "--out", "o", "--size", "20000")]
    [TestCase("--rate", "power", "--rate", "2", "--effect", "0.1")]
    [TestCase("--margin", "dose", "--run", "r", "--margin", "7")]
    [TestCase("--centre", "dose", "--run", "r", "--centre", "7")]
    [TestCase("--epochs", "train", "--data", "d", "--out", "o", "--epochs", "0")]
    [TestCase("--min-scene", "scenes", "--videos", "v", "--data", "d", "--min-scene", "-1")]
    [TestCase("--scenes", "report", "--run", "r", "--scenes", "-1")]
    [TestCase("--gaze", "attention", "--data", "d", "--gaze", "no-such.csv")]
    public async Task Console_OptionOutOfRange_NamesTheFlag(string flag, params string[] args)
    {
        var (terminal, _, errors) = TestTerminal.Make();
        Assert.That(await RunnerProgram.RunAsync(args, terminal, CancellationToken.None), Is.EqualTo(2), errors.ToString());
        Assert.That(errors.ToString(), Does.StartWith($"alignment: {flag}: found "));
    }

    [Test]
    public async Task Help_Advanced_AlsoHasTheRareFlags()
    {
        Assert.That(await Help("scenes", "--help"), Does.Not.Contain("--quality").And.Contain("rare options more: --help advanced"));
        Assert.That(await Help("scenes", "--help", "advanced"),
            Does.Contain("--quality").And.Not.Contain("rare options more").And.Contain("Examples:"));
    }

    static async Task<string> Help(params string[] args)
    {
        var (terminal, output, errors) = TestTerminal.Make();
        Assert.That(await RunnerProgram.RunAsync(args, terminal, CancellationToken.None), Is.Zero, errors.ToString());
        return output.ToString();
    }

    /// <summary>A flag that a page recommends is shown by plain help.</summary>
    [Test]
    public void RareFlags_AreInNoPage()
    {
        string pages = string.Concat(Directory.GetFiles(Path.Combine(Shared.Repository, "docs"), "*.md")
            .Append(Path.Combine(Shared.Repository, "README.md")).Select(File.ReadAllText));
        string[] rare = [.. Commands().SelectMany(c => c.Options).Where(o => o.Hidden).Select(o => o.Name).Distinct()];
        Assert.That(rare, Is.Not.Empty);
        Assert.That(rare.Where(r => System.Text.RegularExpressions.Regex.IsMatch(pages, $@"{r}(?![\w-])")), Is.Empty);
    }
}
