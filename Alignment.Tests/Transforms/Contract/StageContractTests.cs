using System.Reflection;
using Alignment.MLNet;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Contract;

/// <summary>What ML.NET's users expect of any stage, asked of every stage of ours. The cases are in <see cref="StageCase"/>.</summary>
public sealed class StageContractTests
{
    TempFolder _folder = null!;
    ContractRow[] _rows = null!;

    static IEnumerable<StageCase> Cases => StageCase.All;

    static IEnumerable<StageCase> CasesWithoutImages => StageCase.All.Where(c => c.Makes.All(m => m.Type != "image"));

    [OneTimeSetUp]
    public void WriteData()
    {
        _folder = new TempFolder();
        _rows = ContractData.Write(_folder);
    }

    [OneTimeTearDown]
    public void RemoveData() => _folder.Dispose();

    [Test]
    public void EveryStage_HasACase()
    {
        var estimators = typeof(SceneTransformer).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.GetInterfaces()
            .Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEstimator<>)))
            .Where(t => t != typeof(ExpandVariantsEstimator));   // several rows of one: ExpandVariantsTests
        Assert.That(StageCase.All.Select(c => c.Estimator).Distinct(), Is.EquivalentTo(estimators), "add the stage to StageCase.All");
    }

    [TestCaseSource(nameof(Cases))]
    public void Schema_Promised_IsDeliveredAndSurvivesReload(StageCase stage)
    {
        var (ml, data) = Load();
        var estimator = stage.Make(ml);
        var promised = estimator.GetOutputSchema(Shape(data.Schema));
        var model = estimator.Fit(data);
        var reloaded = Reload(model, data.Schema);
        foreach (var (column, type) in stage.Makes)
        {
            var promise = promised.Single(c => c.Name == column);
            Assert.That(ColumnWords.Of(model.Transform(data).Schema[column].Type), Is.EqualTo(type));
            Assert.That(ColumnWords.Of(model.GetOutputSchema(data.Schema)[column].Type), Is.EqualTo(type));
            Assert.That(ColumnWords.Of(reloaded.GetOutputSchema(data.Schema)[column].Type), Is.EqualTo(type));
            var delivered = model.GetOutputSchema(data.Schema)[column].Type;
            Assert.That(promise.Kind, Is.EqualTo(delivered switch
            {
                VectorDataViewType { Size: > 0 } => SchemaShape.Column.VectorKind.Vector,
                VectorDataViewType => SchemaShape.Column.VectorKind.VariableVector,
                _ => SchemaShape.Column.VectorKind.Scalar,
            }));
            Assert.That(promise.ItemType, Is.EqualTo(delivered is VectorDataViewType v ? v.ItemType : delivered));
            Assert.That(promise.IsKey, Is.False);
        }
        string[] expected = [.. data.Schema.Select(c => c.Name).Union(stage.Makes.Select(m => m.Column))];
        Assert.That(promised.Select(c => c.Name), Is.EquivalentTo(expected), "every input column is kept, and nothing else is made");
        Assert.That(model.GetOutputSchema(data.Schema).Select(c => c.Name), Is.EquivalentTo(expected));
    }

    [TestCaseSource(nameof(Cases))]
    public void Values_AfterReload_AreTheSame(StageCase stage)
    {
        var (ml, data) = Load();
        var model = stage.Make(ml).Fit(data);
        Assert.That(Values(Reload(model, data.Schema).Transform(data), stage), Is.EqualTo(Values(model.Transform(data), stage)));
    }

    [Test]
    public void Values_InAnotherProcess_AreTheSame()
    {
        var (ml, data) = Load();
        using var folder = new TempFolder();
        using (var file = File.Create(folder["data.idv"])) ml.Data.SaveAsBinary(data, file);
        var expected = new Dictionary<string, string[]>();
        foreach (var stage in StageCase.All)
        {
            string name = stage.Name.Replace(' ', '_');
            var model = stage.Make(ml).Fit(data);
            ml.Model.Save(model, data.Schema, folder[name + ".zip"]);
            File.WriteAllLines(folder[name + ".columns"], stage.Makes.Select(m => m.Column));
            expected[name] = RowValues.InOrder(model.Transform(data), [.. stage.Makes.Select(m => m.Column)]);
        }
        OtherProcess.Start(folder.Path);
        foreach (var (name, values) in expected) Assert.That(File.ReadAllLines(folder[name + ".values"]), Is.EqualTo(values), name);
    }

    [TestCaseSource(nameof(Cases))]
    public void Columns_NobodyWants_CostNothing(StageCase stage)
    {
        var (ml, data) = Load();
        var watched = new WatchedView(data);
        var made = stage.Make(ml).Fit(data).Transform(watched);

        RowValues.InOrder(made, SceneColumns.Keyword);
        Assert.That(watched.Opened, Is.EquivalentTo(new[] { SceneColumns.Keyword }), "passing a column through opens nothing else");

        watched.Opened.Clear();
        watched.Read.Clear();
        var wanted = stage.Makes.Select(m => made.Schema[m.Column]).ToArray();
        using (var cursor = made.GetRowCursor(wanted))
        {
            while (cursor.MoveNext())
            {
            }
        }
        Assert.That(watched.Opened, Is.EquivalentTo(stage.Reads));
        Assert.That(watched.Read, Is.Empty, "moving reads nothing");

        RowValues.InOrder(made, [.. stage.Makes.Select(m => m.Column)]);
        Assert.That(watched.Read.Keys, Is.SubsetOf(stage.Reads));
        Assert.That(watched.Read.Values, Is.All.LessThanOrEqualTo(_rows.Length),
            "each input is read once a row at most, however many columns are made of it");
    }

    [TestCaseSource(nameof(Cases))]
    public void Columns_ReadTwice_AreTheSameAndComputedOnce(StageCase stage)
    {
        var (ml, data) = Load();
        var watched = new WatchedView(data);
        var made = stage.Make(ml).Fit(data).Transform(watched);
        string[] columns = [.. stage.Makes.Select(m => m.Column)];
        string[] once = RowValues.InOrder(made, columns);
        watched.Read.Clear();
        string[] twice = RowValues.InOrder(made, [.. columns, .. columns]);
        Assert.That(twice, Is.EqualTo(once.Select(v => v + "|" + v)));
        if (stage.Makes.All(m => m.Type.Contains('[', StringComparison.Ordinal)))
            Assert.That(watched.Read.Values, Is.All.LessThanOrEqualTo(_rows.Length));
    }

    [TestCaseSource(nameof(Cases))]
    public void CursorSet_OfThree_GivesEveryRowOnce(StageCase stage)
    {
        var (ml, data) = Load();
        var made = stage.Make(ml).Fit(data).Transform(new WatchedView(data));
        DataViewSchema.Column[] wanted = [.. stage.Makes.Select(m => made.Schema[m.Column]), made.Schema[SceneColumns.SceneImagePath]];
        var cursors = made.GetRowCursorSet(wanted, 3);
        try
        {
            // A stage that works ahead has threads of its own.
            Assert.That(cursors, Has.Length.EqualTo(stage.Estimator == typeof(EditSceneEstimator) ? 1 : 3));
            Assert.That(RowValues.ById(cursors, wanted), Is.EqualTo(RowValues.ById(made, [.. wanted.Select(c => c.Name)])));
        }
        finally
        {
            foreach (var cursor in cursors) cursor.Dispose();
        }
    }

    /// <summary>ML.NET's engine gives no images whose size it does not know beforehand.</summary>
    [TestCaseSource(nameof(CasesWithoutImages))]
    public void PredictionEngine_RowByRow_EqualsTransform(StageCase stage)
    {
        var (ml, data) = Load();
        var model = Reload(stage.Make(ml).Fit(data), data.Schema);
        using var engine = ml.Model.CreatePredictionEngine<ContractRow, ContractResult>(model);
        string[] predicted = [.. _rows.Select(r =>
        {
            var result = engine.Predict(r);
            return string.Join('|', stage.Makes.Select(m => m.Column switch
            {
                "made" => RowValues.Text(result.Made!),
                "made2" => RowValues.Text(result.Made2!),
                "made_int" => RowValues.Text(result.MadeInt),
                "made_int2" => RowValues.Text(result.MadeInt2),
                "made_bool" => result.MadeBool.ToString(),
                "made_text" => result.MadeText,
                "made_long" => result.MadeLong.ToString(System.Globalization.CultureInfo.InvariantCulture),
                "made_double" => RowValues.Text(result.MadeDouble),
                "made_double2" => RowValues.Text(result.MadeDouble2),
                "made_double3" => RowValues.Text(result.MadeDouble3),
                "made_doubles" => RowValues.Text(result.MadeDoubles!),
                var column => RowValues.Text((float)typeof(ContractResult).GetProperties().Single(p =>
                    p.Name.Equals(column.Replace("_", ""), StringComparison.OrdinalIgnoreCase)).GetValue(result)!),
            }));
        })];
        Assert.That(predicted, Is.EqualTo(RowValues.InOrder(model.Transform(data), [.. stage.Makes.Select(m => m.Column)])));
    }

    [TestCaseSource(nameof(Cases))]
    public void Append_StockStagesOnEitherSide_ChangesNothing(StageCase stage)
    {
        var (ml, data) = Load();
        string made = stage.Makes[0].Column;
        EstimatorChain<ITransformer> chain = ml.Transforms.CopyColumns("before", SceneColumns.Keyword).Append(stage.Make(ml));
        if (stage.Makes[0].Type != "image") chain = chain.AppendCacheCheckpoint(ml);   // ML.NET's cache leaves images out
        var after = chain.Append(ml.Transforms.CopyColumns("after", made));
        var model = after.Fit(data);
        Assert.That(after.GetOutputSchema(Shape(data.Schema)).Select(c => c.Name), Has.Member("after"));
        string[] alone = RowValues.InOrder(stage.Make(ml).Fit(data).Transform(data), made);
        Assert.That(RowValues.InOrder(model.Transform(data), "after"), Is.EqualTo(alone));
        Assert.That(RowValues.InOrder(Reload(model, data.Schema).Transform(data), "after"), Is.EqualTo(alone));
    }

    [TestCaseSource(nameof(Cases))]
    public void Column_Missing_IsNamedWithTheColumnsPresent(StageCase stage)
    {
        var (ml, data) = Load();
        var full = stage.Make(ml).Fit(data);
        foreach (string missing in stage.Reads)
        {
            string present = missing == SceneColumns.Keyword ? SceneColumns.VideoId : SceneColumns.Keyword;
            var without = ml.Transforms.DropColumns(missing).Fit(data).Transform(data);
            foreach (var use in new Action[] { () => stage.Make(ml).Fit(without), () => full.Transform(without),
                () => stage.Make(ml).GetOutputSchema(Shape(without.Schema)) })
                Assert.That(use, Throws.TypeOf<UsageException>().With.Message.Contains($"'{missing}'").And.Message.Contains(
                    $"'{present}' (text)"));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Column_OfAnotherType_IsNamedWithItsType(StageCase stage)
    {
        var (ml, data) = Load();
        foreach (string wrong in stage.Reads)
        {
            var retyped = ml.Transforms.Conversion.ConvertType(wrong, SceneColumns.TemporalWindow, DataKind.Boolean).Fit(data)
                .Transform(data);
            Assert.That(() => stage.Make(ml).Fit(retyped),
                Throws.TypeOf<UsageException>().With.Message.Contains($"'{wrong}'").And.Message.Contains("boolean"));
        }
    }

    (MLContext Ml, IDataView Data) Load()
    {
        var ml = new MLContext(seed: 1);
        return (ml, ml.Data.LoadFromEnumerable(_rows));
    }

    static string[] Values(IDataView view, StageCase stage) => RowValues.InOrder(view, [.. stage.Makes.Select(m => m.Column)]);

    static ITransformer Reload(ITransformer model, DataViewSchema schema)
    {
        using var file = new MemoryStream();
        new MLContext(seed: 1).Model.Save(model, schema, file);
        var other = new MLContext(seed: 2);
        AlignmentCatalog.Register(other);
        file.Position = 0;
        return other.Model.Load(file, out _);
    }

    /// <summary>ML.NET makes the shape of a schema itself inside Fit of a chain, but not for us.</summary>
    static SchemaShape Shape(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create",
        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!.Invoke(null, [schema])!;
}
