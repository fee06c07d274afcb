using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

public sealed class FreeMemoryTests
{
    [Test]
    public void Bytes_OfThisMachine_AreSome() => Assert.That(FreeMemory.Bytes(), Is.InRange(1L << 20, 1L << 50));

    // As the kernel writes these files; version 1 has a number near 2^63 for no limit.
    [TestCase("max\n", "1000\n", null)]
    [TestCase("5000\n", "1000\n", 4000L)]
    [TestCase("5000\n", "6000\n", 0L)]
    [TestCase("9223372036854771712\n", "1000\n", 9223372036854770712L)]
    [TestCase(null, "1000", null)]
    [TestCase("5000", null, null)]
    [TestCase("-1", "7", null)]
    public void InGroup_LimitAndUse_GiveTheDifference(string? limit, string? used, long? expected) =>
        Assert.That(FreeMemory.InGroup(limit, used), Is.EqualTo(expected));

    [TestCase("MemTotal:       16000 kB\nMemFree:  1 kB\nMemAvailable:    2048 kB\n", 2048L * 1024)]
    [TestCase("MemTotal:       16000 kB\n", null)]
    [TestCase("MemAvailable:    lots kB\n", null)]
    [TestCase(null, null)]
    public void Available_OfMeminfo_IsInBytes(string? text, long? expected) =>
        Assert.That(FreeMemory.Available(text), Is.EqualTo(expected));

    [Test]
    public void Files_OfBothVersions_GoUpToTheRoot()
    {
        string[] limits = [.. FreeMemory.Files("9:cpu,memory:/docker/ab\n0::/user.slice/a.scope\n")
            .Select(f => f.Limit.Replace('\\', '/'))];
        Assert.That(limits, Is.EqualTo(new[]
        {
            "/sys/fs/cgroup/user.slice/a.scope/memory.max", "/sys/fs/cgroup/user.slice/memory.max", "/sys/fs/cgroup/memory.max",
            "/sys/fs/cgroup/memory/docker/ab/memory.limit_in_bytes", "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        }));
        Assert.That(FreeMemory.Files("0::/../../etc\n").Select(f => f.Limit), Has.None.Contain(".."));
    }
}
