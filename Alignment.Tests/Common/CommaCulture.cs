using System.Globalization;

// Outside any namespace, so that it covers every test: numbers must not follow the machine's culture.
[SetUpFixture]
public sealed class CommaCulture
{
    [OneTimeSetUp]
    public void UseDecimalComma()
    {
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NumberGroupSeparator = ".";
        CultureInfo.DefaultThreadCurrentCulture = comma;
        CultureInfo.CurrentCulture = comma;
    }
}
