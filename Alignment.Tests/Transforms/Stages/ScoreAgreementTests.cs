using System.Text.Json.Nodes;
using Alignment.Transforms.Stages;

namespace Alignment.Tests.Transforms.Stages;

public sealed class ScoreAgreementTests
{
    [Test]
    public void SavedColumnNames_OfTheFirstVersion_BecomeThePrefix()
    {
        var options = new JsonObject { ["CcColumn"] = "agreement_cc", ["AucColumn"] = "agreement_auc_judd", ["FixationFraction"] = 0.1 };
        ScoreAgreementTransformer.Upgrade(options, 1);
        Assert.That(options.Select(o => o.Key), Is.EqualTo(new[] { "FixationFraction" }));
        Assert.That(() => ScoreAgreementTransformer.Upgrade(new() { ["KlColumn"] = "mine" }, 1),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("'mine' for kl").And.Message.Contains("ColumnPrefix"));
    }
}
