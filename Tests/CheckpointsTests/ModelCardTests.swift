import Checkpoints
import Testing

struct ModelCardTests {
  @Test func putsFactsInFront() {
    var card = ModelCard(title: "A small bird", text: "It sings.")
    card.license = "apache-2.0"
    card.languages = ["en"]
    card.task = "text-generation"
    card.tags = ["a: b", "say \"hello\""]
    card.metrics = [("loss", "1.25"), ("a|b", "2")]
    #expect(
      card.markdown == """
        ---
        license: "apache-2.0"
        language:
        - "en"
        tags:
        - "a: b"
        - "say \\"hello\\""
        pipeline_tag: "text-generation"
        library_name: transformers
        metrics:
        - "loss"
        - "a|b"
        ---

        # A small bird

        It sings.

        | measure | value |
        |---|---|
        | loss | 1.25 |
        | a\\|b | 2 |

        """)
  }
}
