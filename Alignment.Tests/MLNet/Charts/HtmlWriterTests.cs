using Alignment.MLNet.Charts;

namespace Alignment.Tests.MLNet.Charts;

public sealed class HtmlWriterTests
{
    static string Written(Action<HtmlWriter> write)
    {
        using var to = new StringWriter();
        write(new HtmlWriter(to));
        return to.ToString();
    }

    [TestCase("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [TestCase("\" onload=\"x", "&quot; onload=&quot;x")]
    [TestCase("' onload='x", "&#39; onload=&#39;x")]
    [TestCase("&lt;b&gt;", "&amp;lt;b&amp;gt;")]
    [TestCase("--><!--", "--&gt;&lt;!--")]
    [TestCase("реклама 広告 🧴", "реклама 広告 🧴")]
    [TestCase("a\0b\u001Bc\u007Fd\u0085e", "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe")]
    [TestCase("gpj.\u202Egnp", "gpj.\uFFFDgnp")]
    public void TextAndAttributes_FromOutside_CannotBecomeMarkup(string given, string expected)
    {
        Assert.That(Written(h => h.Element("p", given)), Is.EqualTo($"<p>{expected}</p>"));
        Assert.That(Written(h => h.Element("p", "", ("title", given))), Is.EqualTo($"<p title=\"{expected}\"></p>"));
        Assert.That(Written(h => h.Name(given)), Is.EqualTo($"<bdi>{expected}</bdi>"));
    }

    // Not as a test case: metadata cannot hold half a character.
    [Test]
    public void Text_HalfACharacter_IsReplaced() =>
        Assert.That(Written(h => h.Text("lone \uD800 surrogate \uDC00")), Is.EqualTo("lone \uFFFD surrogate \uFFFD"));

    [Test]
    public void Elements_Nested_AreClosedInOrder() =>
        Assert.That(Written(h =>
        {
            using (h.Open("table"))
            using (h.Open("tr", ("class", "row"), ("id", null)))
                h.Element("td", "1").Empty("img", ("src", "data:image/png;base64,AAAA"), ("alt", "a \"b\""));
        }), Is.EqualTo("<table><tr class=\"row\"><td>1</td>"
            + "<img src=\"data:image/png;base64,AAAA\" alt=\"a &quot;b&quot;\"/></tr></table>"));

    [TestCase("script")]
    [TestCase("p onclick")]
    [TestCase("a><b")]
    [TestCase("iframe")]
    [TestCase("")]
    [TestCase("1p")]
    public void Open_ElementThatCouldRunOrLoad_IsRefused(string tag) =>
        Assert.That(() => Written(h => h.Open(tag)), Throws.ArgumentException);

    [TestCase("onclick", "x()")]
    [TestCase("OnLoad", "x()")]
    [TestCase("href", "javascript:alert(1)")]
    [TestCase("href", "https://example.org/")]
    [TestCase("href", "//example.org")]
    [TestCase("href", "../secret")]
    [TestCase("src", "data:text/html;base64,AAAA")]
    [TestCase("src", "data:image/svg+xml;base64,AAAA")]
    [TestCase("style", "background: url(x)")]
    [TestCase("style", "width: expression\\28 1\\29")]
    [TestCase("a=\"b\"", "x")]
    [TestCase("srcdoc", "x")]
    public void Attribute_ThatCouldRunOrLoad_IsRefused(string name, string value) =>
        Assert.That(() => Written(h => h.Element("a", "", (name, value))), Throws.ArgumentException);

    [Test]
    public void Empty_ElementThatMustBeClosed_IsRefused()
    {
        Assert.That(() => Written(h => h.Empty("div")), Throws.ArgumentException);
        Assert.That(() => Written(h => h.Open("img")), Throws.ArgumentException);
    }

    [Test]
    public void Page_IsWholeAndNeedsNothing()
    {
        using var to = new StringWriter();
        HtmlPage.Write(to, "</title><script>", h => h.Element("p", "x"));
        string page = to.ToString();
        Assert.That(page, Does.StartWith("<!DOCTYPE html>\n<html lang=\"en\">").And.EndWith("<p>x</p></main></body></html>\n").And.Contain(
            "<title>&lt;/title&gt;&lt;script&gt;</title>"));
        Assert.That(page, Does.Not.Contain("<script").And.Not.Contain("http:").And.Not.Contain("https:").And.Not.Contain(
            "<link").And.Contain("default-src 'none'".Replace("'", "&#39;", StringComparison.Ordinal)));
    }

    [Test]
    public void Plots_OfKnownValues_LieWhereTheyShould()
    {
        // Quartiles by hand: positions 0.75 and 2.25 of four values.
        float[] values = [0f, 0.2f, 0.4f, 1f];
        Assert.That(new[] { 0.0, 0.25, 0.5, 0.75, 1.0 }.Select(q => SvgPlots.Quantile(values, q)),
            Is.EqualTo(new[] { 0, 0.15, 0.3, 0.55, 1 }).Within(1e-7));
        string strip = Written(h => SvgPlots.Strip(h, values, "shares <of> \"x\""));
        Assert.That(strip, Does.Contain("x=\"15%\" width=\"40%\"").And.Contain("cx=\"20%\"").And.Contain("cx=\"100%\"").And.Contain(
            "aria-label=\"shares &lt;of&gt; &quot;x&quot;\""));
        string histogram = Written(h => SvgPlots.Histogram(h, [4, 0, 1000], "counts"));
        Assert.That(histogram, Does.Contain(">1,000<").And.Contain(">4<").And.Not.Contain(">0<"));
    }
}
