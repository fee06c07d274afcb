using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;

namespace Alignment.Tests.MLNet.Engagement;

public sealed class AnalysisJsonTests
{
    [Test]
    public void Read_WhatWasWritten_IsTheSame()
    {
        using var temp = new TempFolder();
        EngagementSimulation.Write(temp["e.csv"], new() { Videos = ["a", "b", "c"], Impressions = 200 });
        EngagementAnalysis made = AnalysisJob.Run(temp["e.csv"], temp["out"],
            new() { Sequential = true, Resamples = 200, Margins = [new("CTR", 0.01)] });
        EngagementAnalysis read = AnalysisJson.Read(temp["out", AnalysisFiles.Json]);
        Assert.Multiple(() =>
        {
            Assert.That(AnalysisJson.Text(read), Is.EqualTo(AnalysisJson.Text(made)));
            Assert.That(read.Simulated, Is.True);
            Assert.That(read.Metrics.Select(m => m.Metric), Is.EqualTo(new[] { "CTR", "CVR", "watch_time", "clicks/impressions" }));
            Assert.That(read.Metrics.SelectMany(m => m.Findings).Select(f => f.Id), Is.Unique);
            Assert.That(read.Metrics.SelectMany(m => m.Findings).Select(f => f.Sentence), Has.All.Not.Empty);
            Assert.That(read.AllWarnings.Select(w => w.Code), Does.Contain("simulated").And.Contain("few_rows"));
        });
    }

    [TestCase("", "JSON")]
    [TestCase("[1]", "no format")]
    [TestCase("{\"metrics\": []}", "no format")]
    [TestCase("{\"format\": \"alignment-analysis/1\"}", "another version")]
    [TestCase("{\"format\": \"alignment-analysis/2\", \"source\": \"x\"}", "baseline")]
    public void Read_SomethingElse_SaysWhat(string text, string says)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["a.json"], text);
        Assert.That(() => AnalysisJson.Read(temp["a.json"]),
            Throws.InstanceOf<BadDataException>().With.Message.Contains(says).And.Message.Contains("a.json"));
        Assert.That(() => AnalysisJson.Read(temp["none.json"]),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("no such file"));
    }
}
