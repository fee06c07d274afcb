using Alignment.MLNet.Pipelines;
using Alignment.Runner.Cli;

namespace Alignment.Tests.Runner.Cli;

public sealed class ExitCodesTests
{
    sealed record Result(bool HasFailures) : IJobResult;

    static readonly object[] s_cases =
    [
        new object[] { new Result(false), 0 },
        new object[] { new Result(true), 3 },
        new object[] { new[] { Check(DoctorState.Ok), Check(DoctorState.Warning) }, 0 },
        new object[] { new[] { Check(DoctorState.Ok), Check(DoctorState.Missing) }, 4 },
        new object[] { "any other result", 0 },
    ];

    static DoctorCheck Check(DoctorState state) => new("it", state, "found", null);

    [TestCaseSource(nameof(s_cases))]
    public void Of_EachResult_HasItsCode(object result, int code) => Assert.That(ExitCodes.Of(result), Is.EqualTo(code));

    /// <summary>Every result that may lack something says so by the one rule.</summary>
    [Test]
    public void EveryJobResult_OfTheLibrary_SaysWhetherSomethingIsMissing()
    {
        string[] jobs = [.. typeof(Alignment.MLNet.Variants.VariantJob).Assembly.GetTypes()
            .Where(t => t.IsAbstract && t.IsSealed && t.Name.EndsWith("Job", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods().Where(m => m.Name == "Run").Select(m => m.ReturnType))
            .Where(t => !t.IsAssignableTo(typeof(IJobResult))).Select(t => t.Name).Distinct()];
        // training fails or is whole; what doctor lacks has a code of its own
        Assert.That(jobs, Is.EquivalentTo(new[] { "TrainingResult", "DoctorResult" }));
    }
}
