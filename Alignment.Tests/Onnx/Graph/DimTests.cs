using Alignment.Onnx.Graph;

namespace Alignment.Tests.Onnx.Graph;

public sealed class DimTests
{
    static readonly Dim s_height = Dim.Named("height"), s_width = Dim.Named("width");

    [Test]
    public void HalvingThrice_OfEightTimesASize_GivesTheSizeBack()
    {
        Dim x = s_height * 8;
        for (int i = 0; i < 3; i++) x = (x + (2 - 3)).FloorDivide(2) + 1;   // a convolution of kernel 3, padding 1, stride 2
        Assert.That(x, Is.EqualTo(s_height));
    }

    [TestCase(1, "(height+1)/2")]
    [TestCase(2, "(height+3)/4")]
    [TestCase(3, "(height+7)/8")]
    public void HalvingUpwards_OfASize_HasOneReadableForm(int times, string expected)
    {
        Dim x = s_height;
        for (int i = 0; i < times; i++) x = (x + 1).FloorDivide(2);
        Assert.That(x.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Arithmetic_OnNumbers_IsArithmetic()
    {
        Assert.Multiple(() =>
        {
            Assert.That((Dim)3 * 4 + 5, Is.EqualTo((Dim)17));
            Assert.That(((Dim)17).FloorDivide(2), Is.EqualTo((Dim)8));
            Assert.That(((Dim)(-3)).FloorDivide(2), Is.EqualTo((Dim)(-2)));
            Assert.That(default(Dim) + 3, Is.EqualTo((Dim)3));
        });
    }

    [Test]
    public void Product_OfTwoSizes_IsASizeOfItsOwn()
    {
        Assert.Multiple(() =>
        {
            Assert.That((s_height * s_width).ToString(), Is.EqualTo("height*width"));
            Assert.That((s_height * s_width * 4).ToString(), Is.EqualTo("4*height*width"));
            Assert.That(((s_height + 1).FloorDivide(2) * s_width).ToString(), Is.EqualTo("((height+1)/2)*width"));
        });
    }

    [Test]
    public void Shapes_WithTheSameFactors_HaveAsManyElements()
    {
        var before = new Shape(Dim.Named("batch"), 8, (s_height + 1).FloorDivide(2), s_width);
        Assert.Multiple(() =>
        {
            Assert.That(before.HasAsManyElementsAs(new Shape(Dim.Named("batch"), 2, 4 * ((s_height + 1).FloorDivide(2) * s_width))),
                Is.True);
            Assert.That(before.HasAsManyElementsAs(new Shape(Dim.Named("batch"), 8, s_height, s_width)), Is.False);
        });
    }

    [Test]
    public void Value_OfANamedSize_IsRefused() =>
        Assert.That(() => s_height.Value, Throws.InvalidOperationException.With.Message.Contains("height"));
}
