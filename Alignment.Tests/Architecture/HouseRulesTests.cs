namespace Alignment.Tests.Architecture;

/// <summary>The rules find what is planted, and only that.</summary>
public sealed class HouseRulesTests
{
    static readonly HouseRules s_rules = new(
        [new("Top", 0, "Page"), new("Low", 2, House.Root), new("Low", 1, "Sum", "Mean"), new("Low", 0, "File")],
        ["Top", "Low"]);

    [Test]
    public void Downwards_WithinAndAcrossProjects_IsRight() =>
        Assert.That(
            s_rules.NotDownwards([Of("Low", "Low/Sum"), Of("Low/Sum", "Low/File"), Of("Top/Page", "Low"), Of("Low/Sum/A", "Low/Sum/B")]),
            Is.Empty);

    [TestCase("Low/File", "Low/Sum", "Low/File (level 0) → Low/Sum (level 1)", TestName = "Upwards")]
    [TestCase("Low/Mean", "Low/Sum", "Low/Mean (level 1) → Low/Sum (level 1)", TestName = "OwnLevel")]
    [TestCase("Low/Sum", "Low", "Low/Sum (level 1) → Low (level 2)", TestName = "ToTheProjectsRoot")]
    [TestCase("Low/File/Deep", "Low/Mean/Deep", "Low/File/Deep (level 0) → Low/Mean/Deep (level 1)", TestName = "UpwardsFromSubfolders")]
    [TestCase("Low", "Top/Page", "the project 'Top' stands above 'Low'", TestName = "ToAHigherProject")]
    public void NotDownwards_PlantedArrow_IsNamed(string from, string to, string said) =>
        Assert.That(s_rules.NotDownwards([Of("Low/Sum", "Low/File"), Of(from, to)]).Single(), Does.Contain(said));

    [Test]
    public void Cycles_PlantedAmongThreeFolders_AreNamedFromFolderToFolder()
    {
        Arrow[] arrows = [Of("Low", "Low/Sum"), Of("Low/Sum", "Low/Sum/A"), Of("Low/Sum/A", "Low/Sum/B"), Of("Low/Sum/B", "Low/Sum")];
        Assert.That(HouseRules.Cycles(arrows).Single(), Is.EqualTo(
            """
            A cycle of folders:
              Low/Sum → Low/Sum/A: planted
              Low/Sum/A → Low/Sum/B: planted
              Low/Sum/B → Low/Sum: planted
            """));
    }

    [Test]
    public void Cycles_Diamond_IsNone() =>
        Assert.That(
            HouseRules.Cycles([Of("Low", "Low/Sum"), Of("Low", "Low/Mean"), Of("Low/Sum", "Low/File"), Of("Low/Mean", "Low/File")]),
            Is.Empty);

    [Test]
    public void Unlisted_NewRoomAndEmptyRow_AreNamed() =>
        Assert.That(s_rules.Unlisted(["Top/Page", "Low", "Low/Sum/Deep", "Low/File", "Low/Attic"]), Is.EqualTo(new[]
        {
            "The folder 'Low/Attic' has no row in the table of levels: give it one.",
            "The table of levels has a row for 'Low/Mean', where no source is: remove it.",
        }));

    static Arrow Of(string from, string to) => new(from, to, "planted");
}
