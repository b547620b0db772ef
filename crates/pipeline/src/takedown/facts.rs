//! What is known of laws and services: each fact with where and when it was read. Texts elsewhere only use these.

use ledger::document::{Block, Document};

/// The day on which the sources were read.
pub const READ_ON: &str = "27 November 2026";

/// One fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// What is so.
    pub text: &'static str,
    /// Where it was read.
    pub source: &'static str,
}

/// A platform's duty in the United States.
pub(super) const US_DUTY: Fact = Fact {
    text: "Covered platforms (sites and apps that serve the public and mainly carry what users post) must remove an intimate picture that was published without consent, real or made by software, within 48 hours of a valid request, and try to remove copies of it. Their duty began on 19 May 2026. E-mail and internet access services are not covered.",
    source: "TAKE IT DOWN Act (S. 146, in force since 19 May 2025), section 3, as summarised by Ashurst Perkins Coie (\u{201c}Another Take on the TAKE IT DOWN Act\u{201d}) and the Free Speech Coalition (xbiz.com, news 297811)",
};

/// What such a request holds.
pub(super) const US_REQUEST: Fact = Fact {
    text: "A request needs: a physical or electronic signature; what identifies the picture and where it is; a short statement of good faith that it was published without consent; and how to reach you. It needs no proof of ownership and no proof of identity beyond that.",
    source: "the same",
};

/// A notice of copyright.
pub(super) const DMCA: Fact = Fact {
    text: "A notice to the service's designated agent needs substantially: your signature; which work; which material, and where; how to reach you; a statement of good faith that the use is not authorised; and a statement that the notice is accurate and, under penalty of perjury, that you may act for the owner of the right.",
    source: "17 U.S.C. § 512(c)(3)(A)",
};

/// Whose the copyright is.
pub(super) const DMCA_OWNER: Fact = Fact {
    text: "The copyright in a photo is usually the photographer's, not that of the person in it. A selfie is yours; a photo that somebody else took is usually theirs, unless you have the rights in writing. A record in Cloakroom does not make you the owner. Who knowingly misrepresents that material is infringing may be liable for damages.",
    source: "17 U.S.C. § 201(a), § 204(a), § 512(f)",
};

/// A notice in the European Union.
pub(super) const DSA: Fact = Fact {
    text: "Every host must offer an easy electronic way to say that something on it is illegal. A notice holds: why it is illegal; the exact address; your name and e-mail address (not needed where the picture shows the sexual abuse of a child); and a statement that you believe in good faith that it is accurate and complete. It needs no proof of ownership.",
    source: "Regulation (EU) 2022/2065, article 16(1) and (2)",
};

/// The offence in the United Kingdom.
pub(super) const UK_OFFENCE: Fact = Fact {
    text: "Sharing an intimate picture of somebody without their consent is an offence, pictures altered by software included; no intent to cause distress needs to be shown.",
    source: "Sexual Offences Act 2003, section 66B, inserted by the Online Safety Act 2023, section 188, in force since 31 January 2024 (Mishcon de Reya, 7 March 2024)",
};

/// A platform's duty in the United Kingdom.
pub(super) const UK_DUTY: Fact = Fact {
    text: "The government tabled a duty to take such pictures down within 48 hours of a report. The report says that intimate content is there, that you are the person in it or act for them, what identifies it, and how to reach you. Whether that duty is in force could not be established when this was written: ask the helpline.",
    source: "Crime and Policing Bill, memoranda of 20 March 2026 on the clause \u{201c}Taking down intimate image content\u{201d} (gov.uk)",
};

/// The helpline in the United Kingdom.
pub(super) const UK_HELPLINE: Fact = Fact {
    text: "The Revenge Porn Helpline helps adults in the UK, free and in confidence, with reporting and removing: 0345 6000 459, Monday to Friday, 10 to 16 o'clock.",
    source: "swgfl.org.uk/helplines/revenge-porn-helpline",
};

/// What `StopNCII` does.
pub(super) const STOPNCII: Fact = Fact {
    text: "StopNCII.org is for people over 18 in intimate pictures. You choose the picture on your own device; only its hash leaves it, and goes to the platforms that take part. It takes no hash lists: choose the picture there yourself.",
    source: "stopncii.org; the service's programming interface in python-threatexchange",
};

/// Take It Down.
const TAKE_IT_DOWN: Fact = Fact {
    text: "Take It Down (takeitdown.ncmec.org) is free and works from anywhere: you choose the picture on your own device, only its hash leaves it, and the platforms that take part look for it. You can stay anonymous. It is for pictures of you from before you were 18, also if you are older now.",
    source: "National Center for Missing & Exploited Children, takeitdown.ncmec.org and announcement of 27 February 2023",
};

/// Report Remove.
const REPORT_REMOVE: Fact = Fact {
    text: "In the UK, Report Remove on the Childline website does the same together with the Internet Watch Foundation, and Childline supports you meanwhile.",
    source: "iwf.org.uk, \u{201c}Report Remove\u{201d}",
};

/// The `CyberTipline`.
const CYBERTIPLINE: Fact = Fact {
    text: "If somebody threatens you with the picture or asks for money or more pictures: it is not your fault. Do not pay, keep the messages, and report it at CyberTipline.org or to the police; in the United States also at tips.fbi.gov.",
    source: "myteensworld.com, which names the services of NCMEC and the FBI",
};

/// All of them.
pub const FACTS: [Fact; 12] = [
    US_DUTY,
    US_REQUEST,
    DMCA,
    DMCA_OWNER,
    DSA,
    UK_OFFENCE,
    UK_DUTY,
    UK_HELPLINE,
    STOPNCII,
    TAKE_IT_DOWN,
    REPORT_REMOVE,
    CYBERTIPLINE,
];

/// Who helps when anybody in the picture was under 18. Nothing more is made for such a picture.
#[must_use]
pub fn young() -> Document {
    let paragraph = |text: &str| Block::Paragraph(text.to_owned());
    let point = |fact: &Fact| Block::Point(fact.text.to_owned());
    Document {
        blocks: vec![
            Block::Title("There is help, and it is not your fault".to_owned()),
            paragraph(
                "Pictures of people under 18 need other hands than this program's. Cloakroom does nothing more with this picture: it makes no copies of it, no report and no list.",
            ),
            point(&TAKE_IT_DOWN),
            point(&REPORT_REMOVE),
            point(&CYBERTIPLINE),
            paragraph(
                "Do not send the picture to anybody, not even to show what happened, and do not print it. Talk to somebody whom you trust.",
            ),
            paragraph(&format!(
                "Read on {READ_ON}: {}; {}; {}. This is no legal advice.",
                TAKE_IT_DOWN.source, REPORT_REMOVE.source, CYBERTIPLINE.source
            )),
        ],
    }
}
