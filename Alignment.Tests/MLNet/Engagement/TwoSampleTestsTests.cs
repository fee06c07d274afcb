using System.Text.Json.Nodes;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Comparing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;

namespace Alignment.Tests.MLNet.Engagement;

public sealed class TwoSampleTestsTests
{
    [Test]
    public void All_HasARowForEveryChoice() =>
        Assert.That(TwoSampleTests.Choices.Select(t => t.Test), Is.EqualTo(Enum.GetValues<PrimaryTest>()));

    [Test]
    public void All_NamesColumnsOnce() => Assert.That(TwoSampleTests.All.SelectMany(t => t.Columns).Select(c => c.Name), Is.Unique);

    /// <summary>What the table says of a test is what the analysis says when that test answers.</summary>
    [TestCaseSource(nameof(Tests))]
    public void Analyze_ByEachTest_AnswersByIt(PrimaryTest test)
    {
        EngagementAnalysis a = AnalysisJob.Analyze(EngagementSimulation.Rows(), new() { Test = test, Resamples = 0 });
        TwoSampleTest row = TwoSampleTests.Of(test);
        VariantComparison boost = a.Metrics[0].Comparisons.First(c => c.Variant == "full_boost");
        JsonNode json = JsonNode.Parse(AnalysisJson.Text(a))!;
        Assert.Multiple(() =>
        {
            Assert.That(boost.Result.Test, Is.EqualTo(row.Title));
            Assert.That(boost.Result.Interval, Is.Not.Null);
            Assert.That((string?)json["options"]!["test"], Is.EqualTo(row.Name));
            Assert.That(a.Methods[0], Does.Contain(row.Methods?.Invoke("video") ?? row.Title));
            if (row.ReportedP is { } p) Assert.That(p(boost), Is.EqualTo(boost.Result.P).And.Not.Null);
            if (row.ReportedP is not null) Assert.That(boost.Corrected, Contains.Key(row.Name));
        });
    }

    static PrimaryTest[] Tests => Enum.GetValues<PrimaryTest>();
}
