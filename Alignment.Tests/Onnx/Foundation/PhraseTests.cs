namespace Alignment.Tests.Onnx.Foundation;

public sealed class PhraseTests
{
    sealed record Sample
    {
        public double Rate { get; init; }
    }

    static readonly OptionName s_rate = OptionName.Of<Sample>(nameof(Sample.Rate));

    [Test]
    public void Text_OptionsAndNumbers_AreThePropertysNameAndInvariant() =>
        Assert.That(((Phrase)$"Lower {s_rate} to {1234.5} or {1.25:0.0}.").ToString(), Is.EqualTo("Lower Sample.Rate to 1234.5 or 1.3."));

    [Test]
    public void Say_EveryOption_IsCalledAsTheCallerCallsIt()
    {
        Phrase inner = $"set {s_rate}";
        Phrase outer = $"Please {inner}, or {OptionName.Parameter("force")}.";
        Assert.That(outer.Say(o => "--" + o.Name.ToLowerInvariant()), Is.EqualTo("Please set --rate, or --force."));
    }

    [Test]
    public void Join_Phrases_KeepTheirOptions() =>
        Assert.That(Phrase.Join("; ", ["a", $"{s_rate}"]).Say(_ => "--r"), Is.EqualTo("a; --r"));

    [Test]
    public void Default_IsEmpty() => Assert.That(default(Phrase).ToString(), Is.Empty);

    [Test]
    public void Require_WrongValue_NamesPropertyFoundAndExpected() =>
        Assert.That(() => Check(new Sample { Rate = 7 }),
        Throws.TypeOf<UsageException>().With.Message.EqualTo("Sample.Rate: found 7, expected 0 to 1. Halve it."));

    static void Check(Sample sample) => sample.Require(sample.Rate, sample.Rate <= 1, "0 to 1", "Halve it.");

    [Test]
    public void Exception_Say_CallsOptionsAsTold() =>
        Assert.That(UsageException.For($"{s_rate}", "7", "1", $"Lower {s_rate}.").Say(_ => "--rate"),
        Is.EqualTo("--rate: found 7, expected 1. Lower --rate."));
}
