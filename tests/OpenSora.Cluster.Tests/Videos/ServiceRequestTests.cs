using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>What is refused at the door would fail later.</summary>
public sealed class ServiceRequestTests
{
    private static readonly GenerationRequest Fair = new() { Prompts = ["x"], ImageSize = [64, 64], NumFrames = "51" };

    [Fact]
    public void WhatAllCardsCouldNotHoldIsRefused()
    {
        CardStatus card = new("a", "cuda:0", "k", 1, CardState.Idle, false, null, 8_000_000_000, 0);
        GenerationRequest large = Fair with { ImageSize = [720, 1280], NumFrames = "100000" }; // 29,412 · 3,600 tokens of 96 numbers
        Assert.Contains("20.3 GB", Assert.Throws<CannotFitException>(() => ServiceRequest.CheckRoom(large, [card, card])).Message);
        ServiceRequest.CheckRoom(large, [card, card, card]);
        ServiceRequest.CheckRoom(large, []);
        ServiceRequest.CheckRoom(Fair, [card]);
    }

    [Theory]
    [InlineData(301, true, "give 300")]
    [InlineData(300, false, "give true")]
    public void WhatTheModelWasNotTrainedForIsRefused(int tokens, bool normalised, string words) => Assert.Contains(
        words, Assert.Throws<InputException>(() => ServiceRequest.Settle(Fair with { ModelMaxLength = tokens, QkNorm = normalised }, new ModelFolders(), "/tmp")).Message);
}
