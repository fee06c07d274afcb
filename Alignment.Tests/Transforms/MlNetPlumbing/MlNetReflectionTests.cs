using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.MlNetPlumbing;

/// <summary>Fails by name when a new ML.NET moves a member we reflect on.</summary>
public sealed class MlNetReflectionTests
{
    static IEnumerable<TestCaseData> Members() => MlNetReflection.Members.Select(m => new TestCaseData(m.Name).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Members))]
    public void Member_IsStillThere(string name) =>
        Assert.That(MlNetReflection.Members.Single(m => m.Name == name).IsThere, Is.True,
        $"ML.NET no longer has {name}; see MlNetReflection.cs");

    [Test]
    public void PromisedColumn_Vector_SaysWhatItWasGiven()
    {
        var column = MlNetReflection.PromisedColumn("a", SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single);
        Assert.That((column.Name, column.Kind, column.ItemType, column.IsKey),
            Is.EqualTo(("a", SchemaShape.Column.VectorKind.Vector, (DataViewType)NumberDataViewType.Single, false)));
    }

    [Test]
    public void StageTable_EveryTransformer_IsListedUnderAUsableName()
    {
        var transformers = typeof(SceneTransformer).Assembly.GetTypes()
            .Where(t => typeof(ITransformer).IsAssignableFrom(t) && t.Namespace == typeof(StageTable).Namespace);
        Assert.That(StageTable.All.Select(k => k.Transformer), Is.EquivalentTo(transformers),
            "every stage must be in StageTable, or models holding it cannot be loaded");
        Assert.That(StageTable.All.Select(k => k.Name), Is.Unique.And.All.Length.LessThanOrEqualTo(24),
            "ML.NET keeps 24 characters of a loader's name");
    }

    [Test]
    public void Register_Twice_DoesNoHarm()
    {
        var ml = new MLContext(seed: 1);
        StageTable.Register(ml);
        Assert.That(() => StageTable.Register(ml), Throws.Nothing);
    }
}
