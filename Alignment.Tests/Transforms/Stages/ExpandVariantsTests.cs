using Alignment.MLNet;
using Alignment.Tests.Transforms.Contract;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

public sealed class ExpandVariantsTests
{
    static readonly string[] s_two = ["placebo", "baseline"];

    [Test]
    public void Rows_BecomeOneForEachVariant_InTheOrderGiven()
    {
        using var folder = new TempFolder();
        var (ml, data) = Load(folder);
        IDataView view = ml.Alignment.ExpandVariants(new() { Variants = s_two, OutputColumn = "made" }).Fit(data).Transform(data);
        string[] ids = [.. data.GetColumn<int>(SceneColumns.SceneNumber).SelectMany(n => s_two.Select(v => $"{n} {v}"))];
        Assert.That(view.GetColumn<int>(SceneColumns.SceneNumber).Zip(view.GetColumn<string>("made"), (n, v) => $"{n} {v}"),
            Is.EqualTo(ids));
        Assert.That(view.Schema.Count, Is.EqualTo(data.Schema.Count + 1));
        Assert.That(view.GetRowCount() ?? ids.Length, Is.EqualTo(ids.Length));
    }

    [Test]
    public void Columns_OfTheScene_AreReadOnceForAllItsVariants()
    {
        using var folder = new TempFolder();
        var (ml, data) = Load(folder);
        var watched = new WatchedView(data);
        var chain = ml.Alignment.ExpandVariants().Append(ml.Alignment.ModifyAttention())
            .Append(ml.Alignment.ScoreAlignment(ScoreAlignmentOptions.Modified)).Append(ml.Alignment.BuildControl());
        IDataView view = chain.Fit(data).Transform(watched);
        RowValues.InOrder(view, SceneColumns.HeatmapModified, SceneColumns.ControlId, SceneColumns.AlignmentScoreModified,
            SceneColumns.Control);
        int scenes = data.GetColumn<int>(SceneColumns.SceneNumber).Count();
        // Twice: a view of somebody else's lends nothing, so the change and the score read the mask each for itself.
        Assert.That(watched.Read[SceneColumns.Heatmap], Is.EqualTo(scenes));
        Assert.That(watched.Read[SceneColumns.Mask], Is.LessThanOrEqualTo(3 * scenes));
    }

    [Test]
    public void Variants_OfAScene_AreThoseOfEachVariantAlone()
    {
        using var folder = new TempFolder();
        var (ml, data) = Load(folder);
        IDataView all = ml.Alignment.ExpandVariants().Append(ml.Alignment.ModifyAttention()).Fit(data).Transform(data);
        string[] together = RowValues.InOrder(all, SceneColumns.Variant, SceneColumns.HeatmapModified);
        foreach (var (variant, v) in Variant.All.Select((variant, v) => (variant, v)))
        {
            string[] alone = RowValues.InOrder(ml.Alignment.ModifyAttention(variant).Fit(data).Transform(data),
                SceneColumns.HeatmapModified);
            Assert.That(together.Where((_, i) => i % Variant.All.Count == v), Is.EqualTo(alone.Select(a => variant.Name + "|" + a)),
                variant.Name);
        }
    }

    [Test]
    public void ControlIds_AreEqual_ExactlyWhereControlsAre()
    {
        using var folder = new TempFolder();
        var (ml, data) = Load(folder);
        IDataView view = ml.Alignment.ExpandVariants().Append(ml.Alignment.ModifyAttention()).Append(ml.Alignment.BuildControl()).Fit(data)
            .Transform(data);
        (string Id, string Control)[] rows = [.. RowValues.InOrder(view, SceneColumns.ControlId, SceneColumns.Control)
            .Select(r => r.Split('|')).Select(r => (r[0], r[1]))];
        Assert.That(rows.DistinctBy(r => r.Id).Count(),
            Is.EqualTo(rows.DistinctBy(r => r.Control).Count()).And.EqualTo(rows.Distinct().Count()));
        Assert.That(rows.DistinctBy(r => r.Id).Count(), Is.GreaterThan(data.GetColumn<int>(SceneColumns.SceneNumber).Count()));
    }

    [Test]
    public void Chain_SavedAndLoaded_GivesTheSameRows()
    {
        using var folder = new TempFolder();
        var (ml, data) = Load(folder);
        ITransformer model = ml.Alignment.ExpandVariants(new() { Variants = s_two }).Append(ml.Alignment.ModifyAttention()).Fit(data);
        ml.Model.Save(model, data.Schema, folder["chain.zip"]);
        ITransformer loaded = new MLContext(seed: 3).Alignment.LoadModel(folder["chain.zip"], out _);
        string[] columns = [SceneColumns.Variant, SceneColumns.ControlId];
        Assert.That(RowValues.InOrder(loaded.Transform(data), columns), Is.EqualTo(RowValues.InOrder(model.Transform(data), columns)));
    }

    [Test]
    public void Cursors_OfASet_GiveEveryRowOnce()
    {
        using var folder = new TempFolder();
        var (ml, data) = Load(folder);
        IDataView view = ml.Alignment.ExpandVariants().Append(ml.Alignment.ModifyAttention()).Fit(data).Transform(new WatchedView(data));
        DataViewSchema.Column[] wanted = [view.Schema[SceneColumns.Variant], view.Schema[SceneColumns.HeatmapModified]];
        DataViewRowCursor[] cursors = view.GetRowCursorSet(wanted, 3);
        Assert.That(RowValues.ById(cursors, wanted), Is.EqualTo(RowValues.ById(view, SceneColumns.Variant, SceneColumns.HeatmapModified)));
        foreach (DataViewRowCursor cursor in cursors) cursor.Dispose();
    }

    [TestCase("no_such_variant")]
    [TestCase("")]
    public void Variant_ThatIsNone_IsRefused(string name) =>
        Assert.That(() => new MLContext(seed: 1).Alignment.ExpandVariants(new() { Variants = [name] }),
        Throws.TypeOf<UsageException>().With.Message.Contains("early_boost"));

    static (MLContext Ml, IDataView Data) Load(TempFolder folder)
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(ContractData.Write(folder));
        return (ml, ml.Transforms.DropColumns(SceneColumns.Variant).Fit(data).Transform(data));
    }
}
