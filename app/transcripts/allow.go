package transcripts

// builtinDomains are known sources of help and of knowledge: an expert who
// points to them gives no contact of their own. The rule pack adds to them.
var builtinDomains = []string{
	"liveperson.com", "wikipedia.org", "wikimedia.org", "youtube.com", "youtu.be", "amazon.com", "google.com", "psychologytoday.com", "webmd.com", "mayoclinic.org",
	"nih.gov", "cdc.gov", "samhsa.gov", "who.int", "nhs.uk", "apa.org", "aa.org", "na.org", "al-anon.org", "ted.com", "github.com", "stackoverflow.com", "ubuntu.com",
	"psychcentral.com", "helpguide.org", "childhelp.org", "rainn.org", "thehotline.org", "suicidepreventionlifeline.org", "988lifeline.org", "goodtherapy.org", "nami.org",
}

// builtinHotlines are lines for people in need, digits only. The rule pack adds
// to them.
var builtinHotlines = []string{
	"911", "112", "999", "988", "116117", "116123", "116111", "741741", "211", "311", "18002738255", "8002738255", "8004224453", "8006564673", "8007997233", "8006624357", "8007872000", "8009506264",
	"8664887386", "8775658860", "8882227453", "8006994000", "8554846467", "8552226665", "8006828255", "8007842433", "8666542462", "8003318255", "8883737888", "8773327333", "8008437274", "8009319237", "8004748255", "131114", "1800551800",
}
